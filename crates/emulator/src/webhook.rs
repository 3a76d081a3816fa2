//! The webhook resource: its subscriptions, signing secrets and state. Time is passed in.

use countersign::HmacKey;

use crate::keys::Secret;

/// The event types a webhook can subscribe to. Like the live service, it refuses others.
pub const SUBSCRIBABLE: [&str; 7] = [
    "batch.succeeded",
    "batch.expired",
    "batch.failed",
    "interaction.requires_action",
    "interaction.completed",
    "interaction.failed",
    "video.generated",
];

/// Whether a webhook receives deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Enabled,
    /// A client disabled it.
    Disabled,
    /// Too many consecutive deliveries failed.
    DisabledDueToFailedDeliveries,
}

impl State {
    /// The name in the resource.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::DisabledDueToFailedDeliveries => "disabled_due_to_failed_deliveries",
        }
    }

    /// A state that a client may set.
    pub fn settable(name: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|state| state.as_str() == name)
    }
}

/// What happens to earlier secrets at a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// They sign for another day.
    AfterDay,
    /// They stop signing.
    Immediately,
}

/// Which of several secrets sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Rotation {
    /// Every secret that has not expired, as Standard Webhooks specifies.
    #[default]
    Both,
    /// Only the newest.
    Newest,
}

/// A registered webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Assigned by the service.
    pub id: String,
    /// Chosen by the client.
    pub name: Option<String>,
    /// The receiver of its events.
    pub uri: String,
    /// Its event types, of [`SUBSCRIBABLE`].
    pub events: Vec<String>,
    /// Whether it receives deliveries.
    pub state: State,
    /// Its creation, in Unix milliseconds.
    pub created_ms: u64,
    /// Its last change, in Unix milliseconds.
    pub updated_ms: u64,
    /// Newest first, each with its expiry.
    secrets: Vec<(Secret, Option<u64>)>,
    failures: u32,
}

impl Webhook {
    /// An enabled webhook with one secret.
    pub fn new(id: String, name: Option<String>, uri: String, events: Vec<String>, secret: Secret, now: u64) -> Self {
        let secrets = vec![(secret, None)];
        Self { id, name, uri, events, state: State::Enabled, created_ms: now, updated_ms: now, secrets, failures: 0 }
    }

    /// Whether it receives events of this type.
    pub fn takes(&self, event: &str) -> bool {
        self.state == State::Enabled && self.events.iter().any(|subscribed| subscribed == event)
    }

    /// The secrets that have not expired, newest first.
    pub fn secrets(&self, now: u64) -> impl Iterator<Item = (&Secret, Option<u64>)> {
        let lasts = move |expires: &Option<u64>| expires.is_none_or(|expires| now < expires);
        self.secrets.iter().filter(move |(_, expires)| lasts(expires)).map(|(secret, expires)| (secret, *expires))
    }

    /// The keys that sign a delivery at `now`, newest first.
    pub fn signing_keys(&self, now: u64, rotation: Rotation) -> Vec<HmacKey> {
        let most = if rotation == Rotation::Newest { 1 } else { usize::MAX };
        self.secrets(now).take(most).map(|(secret, _)| secret.key.clone()).collect()
    }

    /// Adds `secret` as the newest. Earlier secrets expire at `expires` or at once; an earlier expiry stays.
    pub fn rotate(&mut self, secret: Secret, revocation: Revocation, now: u64, expires: u64) {
        match revocation {
            Revocation::Immediately => self.secrets.clear(),
            Revocation::AfterDay => {
                self.secrets.retain(|(_, known)| known.is_none_or(|known| now < known));
                for (_, known) in &mut self.secrets {
                    *known = Some(known.map_or(expires, |known| known.min(expires)));
                }
            }
        }
        self.secrets.insert(0, (secret, None));
        self.updated_ms = now;
    }

    /// Records a successful attempt, which resets the count of failures.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Records a failed attempt. The `threshold`th consecutive one disables the webhook; with a threshold of 0, none does.
    pub fn failed(&mut self, threshold: u32) {
        self.failures = self.failures.saturating_add(1);
        if threshold > 0 && self.failures >= threshold && self.state == State::Enabled {
            self.state = State::DisabledDueToFailedDeliveries;
        }
    }

    /// Sets the state for a client. Enabling resets the count of failures.
    pub const fn set_state(&mut self, state: State) {
        if matches!(state, State::Enabled) {
            self.failures = 0;
        }
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> Secret {
        Secret::random().unwrap().0
    }

    fn webhook() -> Webhook {
        let events = vec!["batch.succeeded".to_owned()];
        Webhook::new("w".into(), None, "http://127.0.0.1/".into(), events, secret(), 0)
    }

    #[test]
    fn a_rotation_lets_the_earlier_secrets_sign_for_their_time() {
        let mut webhook = webhook();
        webhook.rotate(secret(), Revocation::AfterDay, 10, 100);
        webhook.rotate(secret(), Revocation::AfterDay, 20, 110);
        let signing = |now| webhook.signing_keys(now, Rotation::Both).len();
        assert_eq!((signing(20), signing(99), signing(100), signing(110)), (3, 3, 2, 1));
        assert_eq!(webhook.signing_keys(20, Rotation::Newest).len(), 1);
        let mut webhook = webhook.clone();
        webhook.rotate(secret(), Revocation::Immediately, 30, 120);
        assert_eq!(webhook.signing_keys(30, Rotation::Both).len(), 1);
    }

    #[test]
    fn the_newest_is_the_one_made_last() {
        let (mut webhook, newest) = (webhook(), secret());
        webhook.rotate(newest.clone(), Revocation::AfterDay, 1, 2);
        let keys = webhook.signing_keys(1, Rotation::Newest);
        assert_eq!(keys[0].as_bytes(), newest.key.as_bytes());
    }

    #[test]
    fn a_disabled_webhook_takes_nothing_until_it_is_enabled_again() {
        let mut webhook = webhook();
        webhook.failed(2);
        webhook.succeeded();
        webhook.failed(2);
        assert!(webhook.takes("batch.succeeded") && !webhook.takes("batch.failed"));
        webhook.failed(2);
        assert_eq!(webhook.state, State::DisabledDueToFailedDeliveries);
        assert!(!webhook.takes("batch.succeeded"));
        webhook.set_state(State::Enabled);
        webhook.failed(2);
        assert!(webhook.takes("batch.succeeded"));
    }

    #[test]
    fn what_the_service_does_a_client_cannot_ask_for() {
        assert_eq!(State::settable("disabled"), Some(State::Disabled));
        assert_eq!(State::settable("disabled_due_to_failed_deliveries"), None);
    }

    proptest! {
        #[test]
        fn only_that_many_failures_in_a_row_disable(outcomes: Vec<bool>, threshold in 0_u32..6) {
            let mut webhook = webhook();
            let mut in_a_row = 0_u32;
            let mut expected = State::Enabled;
            for succeeded in outcomes {
                if succeeded { webhook.succeeded() } else { webhook.failed(threshold) }
                in_a_row = if succeeded { 0 } else { in_a_row.saturating_add(1) };
                if threshold > 0 && in_a_row >= threshold {
                    expected = State::DisabledDueToFailedDeliveries;
                }
                prop_assert_eq!(webhook.state, expected);
            }
        }
    }
}
