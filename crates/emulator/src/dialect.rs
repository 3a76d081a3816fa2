//! What Google leaves open about events: how their bodies are written, and which ends of jobs have one.

/// Where a dynamic webhook's `user_metadata` stands in the body, which Google does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum MetadataPlace {
    /// `{"data":{…,"user_metadata":{…}}}`
    #[default]
    Data,
    /// `{"data":{…},"user_metadata":{…}}`
    Top,
}

/// How `data.id` names a batch, which Google's examples leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DataId {
    /// `abc123`, as in the documentation's example
    #[default]
    Bare,
    /// `batches/abc123`, as the SDKs take it
    Name,
}

/// One answer to each question that the documentation leaves open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialect {
    /// Where `user_metadata` stands.
    pub metadata: MetadataPlace,
    /// How `data.id` is written.
    pub id: DataId,
    /// Whether an interaction that made a video sends `video.generated`.
    pub video: bool,
    /// Whether an interaction tells of an end that the documentation has no event for.
    pub unlisted: bool,
}
