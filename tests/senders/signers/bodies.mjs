// Bodies in the shape of each sender's events. Some SDKs parse a body before they verify it, and refuse one without the members they know.

/** Values of one member, as JSON. `unicode` and `escapes` change if a body is decoded wrongly, or parsed and printed again. */
export const notes = {
  plain: '"plain text"',
  unicode: '"Zoë, 日本, 🎉"',
  escapes: '"\\u00e9 \\/" ,\n  "total" : 1.50',
};

/** An event as JSON. */
export const event = ({ note = notes.plain } = {}) => `{"id":"evt_9","type":"order.paid","data":{"status":"paid"},"note":${note}}`;

/** Linear's event, with the timestamp in milliseconds. */
export const timedEvent = ({ now, note = notes.plain }) => `{"action":"create","type":"Issue","webhookTimestamp":${now * 1000},"note":${note}}`;

/** Coinbase's delivery of an event. */
export const coinbase = ({ note = notes.plain } = {}) => `{"id":1,"event":{"id":"9","type":"charge:confirmed","data":{"note":${note}}}}`;

/** Zoom's event. */
export const zoom = ({ note = notes.plain } = {}) => `{"event":"meeting.started","payload":{"account_id":"a_1","object":{"note":${note}}},"event_ts":1}`;

/** Twilio's form, with a repeated name. */
export const form = ({ note = notes.plain } = {}) => `Empty=&Body=${encodeURIComponent(note)}&MediaUrl=b&MediaUrl=a&MediaUrl=b&From=%2B15550100`;

/** Adyen's classic notification, which contains its own signature. */
export const adyen = ({ note = notes.plain, signature, value = 1130 } = {}) =>
  `{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"${signature}"},` +
  `"amount":{"currency":"EUR","value":${value}},"eventCode":"AUTHORISATION","eventDate":"2026-11-28T10:00:00+01:00",` +
  `"merchantAccountCode":"TestMerchant","merchantReference":"order-9","originalReference":"","pspReference":"7914073381342284",` +
  `"reason":${note},"success":"true"}}]}`;
