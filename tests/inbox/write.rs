//! What a database in memory writes.

use countersign::inbox::Kind;

/// A write, for those who look at what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    OpenTable(Kind, u32),
    NoteTable(Kind, u32),
    DropTable(Kind, u32),
    Insert(u64),
    Want(u64),
    Cursor,
    Breaker,
    Orphaned,
    RemoveDestination,
    SettleOrder,
    PutWaiting(u64),
    SetWaiting(u64),
    RemoveWaiting(u64),
    Erase(u64),
}
