//! What an object answers to an event that is handed to it.

/// The answer of an object; [`Answer::to_text`] is what crosses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The event is stored. With a receipt, whoever handed it over makes the first attempt.
    Accepted(Option<Receipt>),
    /// Its id is known.
    Duplicate,
    /// This newer shard has taken over its id.
    Moved(u32),
    /// There is no room.
    Full,
    /// There were more shards once.
    FewerShards,
    /// It could not be stored.
    Failed,
}

/// Says that an event was stored and is new, and that first attempts at it may begin. Only an object of the inbox writes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    number: u64,
    token: String,
    attempts: Vec<(String, u32)>,
}

impl Receipt {
    /// A receipt for the event `number`, with the destinations that are to be attempted and the number of each attempt. `token` is the
    /// object's, and lets its holder ask for more events.
    pub fn new(number: u64, token: &str, attempts: Vec<(String, u32)>) -> Self {
        Self { number, token: token.to_owned(), attempts }
    }

    /// The event's sequence number.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The names of the destinations, each with the number of the attempt.
    pub fn attempts(&self) -> &[(String, u32)] {
        &self.attempts
    }

    /// The object's token.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Answer {
    /// The text that [`Answer::parse`] reads.
    ///
    /// ```
    /// use countersign::inbox::{Answer, Receipt};
    ///
    /// let answer = Answer::Accepted(Some(Receipt::new(12, "a8f3", vec![("default".to_owned(), 1)])));
    /// assert_eq!(answer.to_text(), "accepted 12 a8f3 default=1");
    /// assert_eq!(Answer::parse("accepted 12 a8f3 default=1"), answer);
    /// assert_eq!(Answer::parse("what?"), Answer::Failed);
    /// ```
    pub fn to_text(&self) -> String {
        match self {
            Self::Accepted(None) => "accepted".to_owned(),
            Self::Accepted(Some(Receipt { number, token, attempts })) => {
                let attempts = attempts.iter().map(|(name, attempt)| format!(" {name}={attempt}"));
                format!("accepted {number} {token}{}", attempts.collect::<String>())
            }
            Self::Duplicate => "duplicate".to_owned(),
            Self::Moved(shard) => format!("moved {shard}"),
            Self::Full => "full".to_owned(),
            Self::FewerShards => "fewer_shards".to_owned(),
            Self::Failed => "failed".to_owned(),
        }
    }

    /// What [`Answer::to_text`] wrote; anything else is a failure.
    pub fn parse(text: &str) -> Self {
        let receipt = |text: &str| {
            let mut parts = text.split(' ');
            let (number, token) = (parts.next()?.parse().ok()?, parts.next()?.to_owned());
            let attempt = |part: &str| {
                let (name, attempt) = part.split_once('=')?;
                Some((name.to_owned(), attempt.parse().ok()?))
            };
            Some(Receipt { number, token, attempts: parts.map(attempt).collect::<Option<_>>()? })
        };
        match text {
            "accepted" => Self::Accepted(None),
            "duplicate" => Self::Duplicate,
            "full" => Self::Full,
            "fewer_shards" => Self::FewerShards,
            text => {
                let moved = text.strip_prefix("moved ").and_then(|shard| shard.parse().ok()).map(Self::Moved);
                let accepted = text.strip_prefix("accepted ").and_then(receipt);
                moved.or_else(|| accepted.map(|receipt| Self::Accepted(Some(receipt)))).unwrap_or(Self::Failed)
            }
        }
    }
}
