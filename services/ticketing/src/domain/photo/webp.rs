//! WebP: a RIFF list of chunks.

use bytes::{BufMut, Bytes, BytesMut};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{
    CHUNK_ALPH, CHUNK_ANIM, CHUNK_ANMF, CHUNK_EXIF, CHUNK_ICCP, CHUNK_VP8, CHUNK_VP8L, CHUNK_VP8X,
    WebP,
};

use super::{Cleaned, tiff};

/// The bits of the extended header that announce metadata.
const HAS_EXIF: u8 = 0b0000_1000;
const HAS_XMP: u8 = 0b0000_0100;
/// Bytes of a frame before its chunks: place, size, time, flags.
const FRAME_HEADER: usize = 16;

/// Takes a file apart and puts the picture together again.
pub(super) fn clean(content: Bytes) -> Option<Cleaned> {
    let webp = WebP::from_bytes(content).ok()?;
    let (width, height) = webp.dimensions()?;
    let extended = webp.has_chunk(CHUNK_VP8X);
    let turn = webp
        .chunk_by_id(CHUNK_EXIF)
        .and_then(|chunk| chunk.content().data())
        .and_then(|exif| tiff::turn_only(exif))
        .filter(|_| extended);
    let mut has_picture = false;
    let mut kept = Vec::new();
    for chunk in webp.chunks() {
        let Some(data) = chunk.content().data() else {
            continue;
        };
        let data = match chunk.id() {
            CHUNK_VP8X => header(data, turn.is_some())?,
            CHUNK_ANMF => frame(data)?,
            CHUNK_VP8 | CHUNK_VP8L | CHUNK_ALPH | CHUNK_ANIM | CHUNK_ICCP => data.clone(),
            _ => continue,
        };
        has_picture |= matches!(chunk.id(), CHUNK_VP8 | CHUNK_VP8L | CHUNK_ANMF);
        kept.push(RiffChunk::new(chunk.id(), RiffContent::Data(data)));
    }
    if !has_picture || width == 0 || height == 0 {
        return None;
    }
    if let Some(turn) = turn {
        let data = RiffContent::Data(Bytes::copy_from_slice(&turn));
        kept.push(RiffChunk::new(CHUNK_EXIF, data));
    }
    let list = RiffContent::List {
        kind: Some(*b"WEBP"),
        subchunks: kept,
    };
    Some(Cleaned {
        width,
        height,
        content: RiffChunk::new(*b"RIFF", list).encoder().bytes(),
    })
}

/// Corrects what the extended header announces.
fn header(data: &Bytes, with_turn: bool) -> Option<Bytes> {
    let mut header = BytesMut::from(data.get(..10)?);
    let flags = header.first_mut()?;
    *flags &= !(HAS_EXIF | HAS_XMP);
    if with_turn {
        *flags |= HAS_EXIF;
    }
    Some(header.freeze())
}

/// Keeps the picture chunks of one frame of an animation.
fn frame(data: &Bytes) -> Option<Bytes> {
    let (head, mut rest) = data.split_at_checked(FRAME_HEADER)?;
    let mut made = BytesMut::with_capacity(data.len());
    made.put_slice(head);
    while !rest.is_empty() {
        let id: [u8; 4] = rest.get(..4)?.try_into().ok()?;
        let length: [u8; 4] = rest.get(4..8)?.try_into().ok()?;
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        // chunks begin at even places
        let end = length.checked_add(length % 2)?.checked_add(8)?;
        let whole = rest.get(..end)?;
        if matches!(id, CHUNK_VP8 | CHUNK_VP8L | CHUNK_ALPH) {
            made.put_slice(whole);
        }
        rest = rest.get(end..)?;
    }
    Some(made.freeze())
}
