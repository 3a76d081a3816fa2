//! The webhook resource: what it is subscribed to, which secrets sign for it, and when it is disabled. Time is passed in.

use countersign::HmacKey;

use crate::keys::Secret;

/// What a webhook can be subscribed to; everything else is refused, as live.
pub const SUBSCRIBABLE: [&str; 7] = [
    "batch.succeeded",
    "batch.expired",
    "batch.failed",
    "interaction.requires_action",
    "interaction.completed",
    "interaction.failed",
    "video.generated",
];

/// Whether deliveries are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They are.
    Enabled,
    /// Somebody said that they should not be.
    Disabled,
    /// Too many failed in a row.
    DisabledDueToFailedDeliveries,
}

impl State {
    /// As in the resource.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::DisabledDueToFailedDeliveries => "disabled_due_to_failed_deliveries",
        }
    }

    /// A state that a client may ask for.
    pub fn settable(name: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|state| state.as_str() == name)
    }
}

/// What becomes of earlier secrets when a new one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// They sign on for a day.
    AfterDay,
    /// They sign no more.
    Immediately,
}

/// Which secrets sign while there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Rotation {
    /// Every one that has not expired, as Standard Webhooks has it.
    #[default]
    Both,
    /// Only the one made last.
    Newest,
}

/// A registered webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Made by the service.
    pub id: String,
    /// Chosen by the client.
    pub name: Option<String>,
    /// Where events go.
    pub uri: String,
    /// Of [`SUBSCRIBABLE`].
    pub events: Vec<String>,
    /// Whether deliveries are made.
    pub state: State,
    /// When it was made, in Unix milliseconds.
    pub created_ms: u64,
    /// When it was changed last.
    pub updated_ms: u64,
    /// The newest first, with the time at which each stops signing.
    secrets: Vec<(Secret, Option<u64>)>,
    failures: u32,
}

impl Webhook {
    /// An enabled webhook with one secret.
    pub fn new(id: String, name: Option<String>, uri: String, events: Vec<String>, secret: Secret, now: u64) -> Self {
        let secrets = vec![(secret, None)];
        Self { id, name, uri, events, state: State::Enabled, created_ms: now, updated_ms: now, secrets, failures: 0 }
    }

    /// Whether an event of this type is delivered here.
    pub fn takes(&self, event: &str) -> bool {
        self.state == State::Enabled && self.events.iter().any(|subscribed| subscribed == event)
    }

    /// The secrets that have not expired, the newest first.
    pub fn secrets(&self, now: u64) -> impl Iterator<Item = (&Secret, Option<u64>)> {
        let lasts = move |expires: &Option<u64>| expires.is_none_or(|expires| now < expires);
        self.secrets.iter().filter(move |(_, expires)| lasts(expires)).map(|(secret, expires)| (secret, *expires))
    }

    /// The keys that sign a delivery at `now`, the newest first.
    pub fn signing_keys(&self, now: u64, rotation: Rotation) -> Vec<HmacKey> {
        let most = if rotation == Rotation::Newest { 1 } else { usize::MAX };
        self.secrets(now).take(most).map(|(secret, _)| secret.key.clone()).collect()
    }

    /// Makes `secret` the newest. Earlier ones sign until `expires`, or not at all; one that expires sooner keeps its time.
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

    /// An attempt succeeded: what failed before does not count any more.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// An attempt failed. The `threshold`th in a row disables the webhook; at a threshold of 0, none does.
    pub fn failed(&mut self, threshold: u32) {
        self.failures = self.failures.saturating_add(1);
        if threshold > 0 && self.failures >= threshold && self.state == State::Enabled {
            self.state = State::DisabledDueToFailedDeliveries;
        }
    }

    /// A client sets the state; enabling forgets the failures.
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
