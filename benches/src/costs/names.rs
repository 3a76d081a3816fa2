//! What the counts of `operations.json` are called on the page.

/// What each operation is, in the order of `operations.json`.
pub(super) const OPERATIONS: [(&str, &str); 29] = [
    ("refused", "a forged delivery, refused"),
    ("passed_unmarked", "passed through with `dedupe = \"off\"`"),
    ("passed", "passed through, with a marker in KV"),
    ("repeated", "a duplicate of that"),
    ("passed_in_vain", "a failed attempt, which leaves no marker"),
    ("stored_alone", "stored by an inbox in memory, and delivered by the request that brought it"),
    ("looked_after", "the alarm that comes after, every two minutes"),
    ("stored_asleep", "the same by an inbox that was not in memory"),
    ("looked_after_asleep", "its alarm"),
    ("stored_eight", "eight at once"),
    ("looked_after_eight", "the alarm that comes after"),
    ("stored_eight_twice", "eight at once, for two destinations"),
    ("looked_after_eight_twice", "the alarm that comes after"),
    ("stored_eight_in_order", "eight at once, of eight keys in an order"),
    ("looked_after_eight_in_order", "the alarm that comes after"),
    ("copied", "a duplicate, at an inbox"),
    ("stored_in_vain", "stored, and the first attempt fails"),
    ("retried", "an alarm with one more attempt, which succeeds"),
    ("removed_eight", "an alarm that removes eight events that failed, once `keep` is over"),
    ("stored_meanwhile", "stored while the destination is broken"),
    ("probed", "an alarm that probes a broken destination"),
    ("dropped_eight", "an alarm that drops a table of events"),
    ("forgotten_eight", "an alarm that drops a table of ids"),
    ("passed_by_key", "`v1a` with the key set in memory, `dedupe = \"off\"`"),
    ("keys_from_kv", "the same in a new isolate, with the set in KV"),
    ("keys_fetched", "the same, with the set from its URL"),
    ("keys_refreshed", "the same, with a stale set, which is refreshed after the response"),
    ("counted_first", "the deliveries that an isolate counted, written as the first of a minute"),
    ("counted", "the same within the minute"),
];

/// What `ALERTS` adds.
pub(super) const ALERTS: [(&str, &str); 5] = [
    ("alerted", "a change that causes an alert: its notice, and the alert stored"),
    ("alert_delivered", "the alarm that delivers the alert"),
    ("suppressed", "a change within a minute of the last alert"),
    ("alerted_late", "the alarm when the minute is over: the alert stored and delivered"),
    ("keys_told", "a key set that is fetched"),
];

/// Those whose crossings a test holds.
pub(super) const CROSSINGS: [(&str, &str); 8] = [
    ("refused", "refused, 400 B"),
    ("refused_64k", "refused, 64 KiB"),
    ("passed_unmarked", "passed through with `dedupe = \"off\"`"),
    ("passed", "passed through, with a marker in KV"),
    ("repeated", "a duplicate of that"),
    ("stored_alone", "stored by an inbox and delivered, on both sides"),
    ("copied", "a duplicate, at an inbox"),
    ("passed_by_key", "`v1a`, key set in memory"),
];
