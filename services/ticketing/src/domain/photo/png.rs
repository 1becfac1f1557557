//! PNG: a row of chunks with a check sum each.

use bytes::Bytes;
use img_parts::png::{Png, PngChunk};

use super::{Cleaned, tiff};

/// The chunks that make the picture: the obligatory ones, colour and transparency, the frames of an animation.
const PICTURE: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Takes a file apart and puts the picture together again.
pub(super) fn clean(content: Bytes) -> Option<Cleaned> {
    let mut png = Png::from_bytes(content).ok()?;
    let (width, height) = png.dimensions()?;
    let is =
        |chunk: Option<&PngChunk>, kind: &[u8; 4]| chunk.is_some_and(|chunk| chunk.kind() == *kind);
    let whole = is(png.chunks().first(), b"IHDR")
        && is(png.chunks().last(), b"IEND")
        && png.chunk_by_type(*b"IDAT").is_some();
    if !whole {
        return None;
    }
    let turn = png
        .chunk_by_type(*b"eXIf")
        .and_then(|chunk| tiff::turn_only(chunk.contents()));
    png.chunks_mut()
        .retain(|chunk| PICTURE.contains(&&chunk.kind()));
    if let Some(turn) = turn {
        let chunk = PngChunk::new(*b"eXIf", Bytes::copy_from_slice(&turn));
        png.chunks_mut().insert(1, chunk);
    }
    Some(Cleaned {
        width,
        height,
        content: png.encoder().bytes(),
    })
}
