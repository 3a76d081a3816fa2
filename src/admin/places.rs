//! Places in the lists of shards as short text, for cursors.

/// The newest number of each shard, as text that [`newest_of`] reads.
pub fn newest(shards: &[(u32, u64)]) -> String {
    let mut text = String::new();
    for (shard, number) in shards {
        push(&mut text, u64::from(*shard));
        push(&mut text, *number);
    }
    text
}

/// The newest number of a shard in what [`newest`] wrote; 0 if the shard is not in it, and `None` if it is no such text.
pub fn newest_of(text: &str, shard: u32) -> Option<u64> {
    let numbers = pulled(text)?;
    let mut known = numbers.chunks(2).filter_map(|part| part.first().zip(part.get(1)));
    Some(known.find(|(known, _)| **known == u64::from(shard)).map_or(0, |(_, number)| *number))
}

/// Appends a number in digits of five bits, least first; a sixth bit says that another follows.
pub(super) fn push(text: &mut String, mut number: u64) {
    loop {
        let (digit, rest) = (number & 31, number >> 5);
        let digit = if rest > 0 { digit | 32 } else { digit };
        let digit = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or_default();
        text.push(char::from(digit));
        if rest == 0 {
            return;
        }
        number = rest;
    }
}

/// The numbers of a text that [`push`] wrote.
pub(super) fn pulled(text: &str) -> Option<Vec<u64>> {
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0_u64, 0_u32);
    for byte in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == byte)? as u64;
        if shift > 59 {
            return None;
        }
        number |= (digit & 31) << shift;
        shift = shift.saturating_add(5);
        if digit & 32 == 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in proptest::collection::vec(0_u64..1 << 60, 0..9)) {
            let mut text = String::new();
            numbers.iter().for_each(|number| push(&mut text, *number));
            prop_assert_eq!(pulled(&text), Some(numbers));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = newest_of(&text, 0);
        }
    }

    #[test]
    fn the_newest_of_each_shard_comes_back() {
        let text = newest(&[(0, 9), (7, 1 << 40)]);
        assert_eq!([0, 7, 8].map(|shard| newest_of(&text, shard)), [Some(9), Some(1 << 40), Some(0)]);
        assert_eq!(newest_of("?", 0), None);
    }
}
