//! What the lists of mistakes have in common.

use super::sender::Sent;

/// A name, what becomes of a genuine delivery or of its receiver (none if the sender has nothing that could be changed so), and what the
/// verdict then says: its code, the beginning of that of the first near miss, or words of its detail, one of which is enough.
pub(super) type Mistake = (&'static str, fn(Sent) -> Option<Sent>, &'static [&'static str]);
