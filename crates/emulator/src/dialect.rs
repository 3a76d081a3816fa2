//! Details of events that Google leaves undocumented.

/// The place of a dynamic webhook's `user_metadata` in the body. Google does not document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum MetadataPlace {
    /// `{"data":{…,"user_metadata":{…}}}`
    #[default]
    Data,
    /// `{"data":{…},"user_metadata":{…}}`
    Top,
}

/// The form of a batch's `data.id`. Google's examples leave it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DataId {
    /// `abc123`, as in the documentation's example
    #[default]
    Bare,
    /// `batches/abc123`, as the SDKs expect it
    Name,
}

/// One choice for each undocumented detail.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialect {
    /// The place of `user_metadata`.
    pub metadata: MetadataPlace,
    /// The form of `data.id`.
    pub id: DataId,
    /// Whether an interaction that made a video sends `video.generated`.
    pub video: bool,
    /// Whether interactions send events for outcomes without a documented event.
    pub unlisted: bool,
}
