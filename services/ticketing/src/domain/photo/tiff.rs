//! The turn of the camera in an EXIF block, and a block with nothing but it.

/// What an EXIF block begins with where the container does not say that it is one.
pub(super) const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// The tag of the turn.
const ORIENTATION: u16 = 0x0112;
/// The type of its value.
const SHORT: u16 = 3;
/// Bytes of an entry.
const ENTRY: usize = 12;

/// Byte order of a block.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, block: &[u8], at: usize) -> Option<u16> {
        let bytes: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    fn long(self, block: &[u8], at: usize) -> Option<u32> {
        let bytes: [u8; 4] = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// Makes a block that turns the picture as `exif` does; nothing where `exif` does not turn it or does not read.
pub(super) fn turn_only(exif: &[u8]) -> Option<[u8; 26]> {
    let block = exif.strip_prefix(EXIF_PREFIX).unwrap_or(exif);
    let turn = turn(block).filter(|turn| (2..=8).contains(turn))?;
    let mut made = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    // the value stands in the entry's last four bytes, at their front
    *made.get_mut(19)? = turn;
    Some(made)
}

fn turn(block: &[u8]) -> Option<u8> {
    let order = match block.get(..4)? {
        b"II\x2a\0" => Order::Little,
        b"MM\0\x2a" => Order::Big,
        _ => return None,
    };
    let start = usize::try_from(order.long(block, 4)?).ok()?;
    let count = order.short(block, start)?;
    for place in 0..usize::from(count) {
        let entry = start.checked_add(2)?.checked_add(place * ENTRY)?;
        if order.short(block, entry)? == ORIENTATION {
            let is_short = order.short(block, entry.checked_add(2)?)? == SHORT;
            let value = order.short(block, entry.checked_add(8)?)?;
            return is_short.then(|| u8::try_from(value).ok()).flatten();
        }
    }
    None
}
