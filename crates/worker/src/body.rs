//! A body, as JavaScript holds it.

use std::rc::Rc;

use js_sys::Uint8Array;

/// A body; and a copy of a small one in Wasm, which came with the call that brought it.
#[derive(Clone, Debug)]
pub struct Body {
    array: Uint8Array,
    length: u32,
    bytes: Option<Rc<Vec<u8>>>,
}

/// The largest body in bytes that is hashed in Wasm, at 400 to 500 MB/s; above, hashing natively at 1.9 GB/s is worth the crossings. Both are
/// from the profiles in docs/performance.md.
pub(crate) const SMALL: u32 = 8 * 1024;

impl Body {
    /// A body, with the copy of it that is in Wasm, if there is one: of the same bytes.
    pub fn new(array: Uint8Array, bytes: Option<Vec<u8>>) -> Self {
        let length = match &bytes {
            Some(bytes) => u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            None => array.length(),
        };
        Self { array, length, bytes: bytes.map(Rc::new) }
    }

    pub(crate) fn as_array(&self) -> &Uint8Array {
        &self.array
    }

    /// Bytes of it.
    pub(crate) fn length(&self) -> u32 {
        self.length
    }

    /// The copy that is in Wasm, if there is one.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_ref().map(|bytes| bytes.as_slice())
    }

    /// The first four bytes, or all.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        self.array.subarray(0, self.length.min(4)).to_vec()
    }

    /// The bytes, copied.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        self.bytes().map_or_else(|| self.array.to_vec(), <[u8]>::to_vec)
    }
}
