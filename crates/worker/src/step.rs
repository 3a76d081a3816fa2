//! What JavaScript does next with a request: one number, encoded here and decoded in `entry.js`.

use countersign::gateway::response::Refusal;
use countersign::scheme::Media;
use wasm_bindgen::prelude::*;

/// The kinds of step, under the names by which `entry.js` reads them.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Respond with the prepared problem of that number.
    Refuse = 0,
    /// Respond with that status (the lower ten bits) and media type, and with what [`text`](crate::text) returns.
    Respond = 1,
    /// Await what [`awaited`](crate::awaited) returns for that task, then [`resume`](crate::resume) the task. The lowest bit says whether
    /// the wait ends at the time limit of the source's destination; the bits above are the task.
    Wait = 2,
    /// Read the body for the source at that place, then call [`receive`](crate::receive()).
    Read = 3,
    /// Call [`health`](crate::health()).
    Health = 4,
    /// Call [`admin`](crate::admin()).
    Admin = 5,
    /// Call [`greet`](crate::greet()) for the source at that place.
    Greet = 6,
    /// Respond with the response that the task awaited: the destination's answer.
    PassOn = 7,
    /// Respond with the console's file at that place.
    Console = 8,
}

/// The bits of a step that hold its [`Kind`]; its value is in the bits above.
const KIND_BITS: u32 = 4;

/// The bits of a response's value that hold its status.
const STATUS_BITS: u32 = 10;

/// In the place of a media type: the response has headers of its own.
const OWN_HEADERS: u32 = 3;

/// A kind and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    kind: Kind,
    value: u32,
}

impl Step {
    pub(crate) const HEALTH: Self = Self { kind: Kind::Health, value: 0 };
    pub(crate) const PASS_ON: Self = Self { kind: Kind::PassOn, value: 0 };
    pub(crate) const ADMIN: Self = Self { kind: Kind::Admin, value: 0 };

    pub(crate) fn refuse(refusal: Refusal) -> Self {
        Self::new(Kind::Refuse, refusal.index())
    }

    pub(crate) fn respond(status: u16, media: Media) -> Self {
        let media = match media {
            Media::Text => 1,
            Media::Xml => 2,
            _ => 0,
        };
        Self { kind: Kind::Respond, value: u32::from(status) | media << STATUS_BITS }
    }

    /// A response whose headers are those of [`page_headers`](crate::page_headers).
    pub(crate) fn page(status: u16) -> Self {
        Self { kind: Kind::Respond, value: u32::from(status) | OWN_HEADERS << STATUS_BITS }
    }

    pub(crate) fn wait(task: usize, is_limited: bool) -> Self {
        Self::new(Kind::Wait, task << 1 | usize::from(is_limited))
    }

    pub(crate) fn read(source: usize) -> Self {
        Self::new(Kind::Read, source)
    }

    pub(crate) fn console(file: usize) -> Self {
        Self::new(Kind::Console, file)
    }

    pub(crate) fn greet(source: usize) -> Self {
        Self::new(Kind::Greet, source)
    }

    fn new(kind: Kind, value: usize) -> Self {
        Self { kind, value: u32::try_from(value).unwrap_or(u32::MAX) }
    }

    /// The number that crosses.
    pub(crate) fn encode(self) -> u32 {
        self.value << KIND_BITS | self.kind as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `entry.js` decodes it.
    fn decode(step: u32) -> (u32, u32) {
        (step & 15, step >> 4)
    }

    #[test]
    fn kind_and_value_come_back() {
        for value in [0, 1, 202, 1_000_000] {
            assert_eq!(decode(Step::read(value).encode()), (Kind::Read as u32, u32::try_from(value).unwrap()));
        }
        assert_eq!(decode(Step::wait(5, false).encode()), (Kind::Wait as u32, 5 << 1));
        assert_eq!(decode(Step::wait(5, true).encode()), (Kind::Wait as u32, 5 << 1 | 1));
        assert_eq!(decode(Step::respond(503, Media::Json).encode()), (Kind::Respond as u32, 503));
        assert_eq!(decode(Step::respond(200, Media::Text).encode()), (Kind::Respond as u32, 1 << 10 | 200));
        assert_eq!(decode(Step::respond(200, Media::Xml).encode()), (Kind::Respond as u32, 2 << 10 | 200));
        assert_eq!(decode(Step::page(204).encode()), (Kind::Respond as u32, 3 << 10 | 204));
        assert_eq!(decode(Step::ADMIN.encode()), (Kind::Admin as u32, 0));
        assert_eq!(decode(Step::console(2).encode()), (Kind::Console as u32, 2));
    }
}
