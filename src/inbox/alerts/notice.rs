//! What one shard, or a Worker, says of a subject of alerts.

/// What an alert is about: the event type that says it is wrong, and the one that says it is well again.
pub(super) type Kind = (&'static str, Option<&'static str>);

/// A destination is broken: nothing is attempted but probes.
pub const DESTINATION: &str = "destination.broken";
/// Events were given up. The value of a notice is how many ever were.
pub const DEAD: &str = "event.dead";
/// The oldest pending event is older than `oldest_pending`.
pub const PENDING: &str = "pending.old";
/// An object has used most of the bytes that it may hold.
pub const FULL: &str = "object.full";
/// A key set cannot be had.
pub const KEYS: &str = "keys.failed";
/// A source is at fault.
pub const SOURCE: &str = "source.invalid";

const KINDS: [Kind; 6] = [
    (DESTINATION, Some("destination.recovered")),
    (DEAD, None),
    (PENDING, Some("pending.recovered")),
    (FULL, None),
    (KEYS, Some("keys.recovered")),
    (SOURCE, None),
];

/// What one shard of a source, or a Worker, says of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: one of the constants of this module.
    pub kind: String,
    /// The source.
    pub source: String,
    /// The destination; empty if it is about none.
    pub destination: String,
    /// The shard.
    pub shard: u32,
    /// 0 if all is well; else 1, or a count.
    pub value: u64,
    /// Since when.
    pub since: u64,
    /// A stable code, if there is one.
    pub cause: String,
}

impl Notice {
    /// What tells subjects apart. No member of a notice can contain a tab.
    pub fn subject(&self) -> String {
        [&*self.kind, &*self.source, &*self.destination].join("\t")
    }

    /// The text that [`Notice::read_all`] reads a line of.
    ///
    /// ```
    /// use countersign::inbox::alerts::{DESTINATION, Notice};
    ///
    /// let text = "destination.broken\tstripe\tbilling\t3\t1\t1800000000000\tnetwork\n";
    /// let notices = Notice::read_all(text);
    /// assert_eq!((notices[0].kind.as_str(), notices[0].shard), (DESTINATION, 3));
    /// assert_eq!(notices[0].to_text(), text);
    /// ```
    pub fn to_text(&self) -> String {
        let Self { shard, value, since, cause, .. } = self;
        [&*self.subject(), &shard.to_string(), &value.to_string(), &since.to_string(), cause].join("\t") + "\n"
    }

    /// The notices of a text; what is none is left out.
    pub fn read_all(text: &str) -> Vec<Self> {
        text.lines().filter_map(Self::read).collect()
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let kind = parts.next().filter(|kind| kind_of(kind).is_some())?.to_owned();
        let mut text = || parts.next().map(str::to_owned);
        let (source, destination) = (text()?, text()?);
        let (shard, value, since) = (text()?.parse().ok()?, text()?.parse().ok()?, text()?.parse().ok()?);
        Some(Self { kind, source, destination, shard, value, since, cause: text()? })
    }
}

/// The types of a kind's alerts.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    KINDS.into_iter().find(|(bad, _)| *bad == name)
}
