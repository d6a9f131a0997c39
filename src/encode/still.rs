//! Packets that show the picture before once more, written by hand: an encoder takes milliseconds to find out
//! that nothing moved, and hours of idle time are made of such frames. Pure; `coder` sends them for `Coding::Still`.

/// Writes the stills of one video.
#[derive(Debug)]
pub(super) enum Stills {
    H264(H264Stills),
    Vp9 { profile: u8 },
}

impl Stills {
    /// The stream's headers with what the stills need added to them.
    pub(super) fn headers(&self, headers: &[u8]) -> Vec<u8> {
        match self {
            Self::H264(_) => [headers, &annex_b(PPS_NAL, picture_parameters())].concat(),
            Self::Vp9 { .. } => headers.to_vec(),
        }
    }

    /// Notes a frame that the encoder itself coded.
    pub(super) const fn encoded(&mut self, key: bool) {
        if let Self::H264(h264) = self {
            h264.frame_num = if key { 1 } else { h264.frame_num + 1 };
        }
    }

    pub(super) fn packet(&mut self) -> Vec<u8> {
        match self {
            Self::H264(h264) => h264.packet(),
            // Frame marker 10, profile (0 or 1) with its low bit first, show_existing_frame 1, reference slot 000: the
            // encoder keeps the last frame in slot 0, and showing it again changes nothing in the decoder.
            Self::Vp9 { profile } => vec![0b1000_1000 | *profile << 5],
        }
    }
}

const PPS_NAL: u8 = 0x68;
const SPS_TYPE: u8 = 7;
/// A slice of a reference picture that is no keyframe.
const SLICE_NAL: u8 = 0x21;
/// The encoder's own parameters have number 0.
const PPS_ID: u32 = 1;

/// H.264: one slice that skips every macroblock. It counts as a reference picture behind the encoder's back, so
/// only a keyframe, which starts the count anew, may follow from the encoder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct H264Stills {
    macroblocks: u32,
    frame_num_bits: u32,
    /// The next picture's number, counted from the last keyframe.
    frame_num: u32,
}

impl H264Stills {
    /// Reads what a slice depends on from the encoder's headers; `None` if the stream is of an unforeseen kind.
    pub(super) fn new(headers: &[u8]) -> Option<Self> {
        let start = headers
            .windows(4)
            .position(|at| at[..3] == [0, 0, 1] && at[3] & 0x1f == SPS_TYPE)?
            + 4;
        let mut sps = BitReader::new(&headers[start..]);
        let profile = sps.bits(8)?;
        sps.bits(16)?; // constraints and level
        let id = sps.exp_golomb()?;
        if profile >= 100 {
            let chroma_format = sps.exp_golomb()?;
            let depths = (sps.exp_golomb()?, sps.exp_golomb()?);
            let (_lossless, scaling_lists) = (sps.bits(1)?, sps.bits(1)?);
            if chroma_format != 1 || depths != (0, 0) || scaling_lists != 0 {
                return None;
            }
        }
        let frame_num_bits = sps.exp_golomb()? + 4;
        let order_type = sps.exp_golomb()?;
        if id != 0 || order_type != 2 {
            return None;
        }
        let (_references, _gaps) = (sps.exp_golomb()?, sps.bits(1)?);
        let (width, height) = (sps.exp_golomb()? + 1, sps.exp_golomb()? + 1);
        let progressive = sps.bits(1)? == 1;
        progressive.then_some(Self {
            macroblocks: width * height,
            frame_num_bits,
            frame_num: 0,
        })
    }

    fn packet(&mut self) -> Vec<u8> {
        let mut slice = BitWriter::default();
        slice.exp_golomb(0); // first macroblock
        slice.exp_golomb(5); // all slices of the picture are P
        slice.exp_golomb(PPS_ID);
        slice.bits(self.frame_num % (1 << self.frame_num_bits), self.frame_num_bits);
        slice.bits(0b000, 3); // usual number of references, in their usual order, the oldest to be dropped
        slice.exp_golomb(0); // quantizer as in the parameters
        slice.exp_golomb(1); // no deblocking
        slice.exp_golomb(self.macroblocks); // skipped macroblocks
        self.frame_num += 1;
        annex_b(SLICE_NAL, slice)
    }
}

/// Like the encoder's parameters, but with plain codes (CAVLC), in which skipping takes one number.
fn picture_parameters() -> BitWriter {
    let mut pps = BitWriter::default();
    pps.exp_golomb(PPS_ID);
    pps.exp_golomb(0); // sequence parameters
    pps.bits(0b00, 2); // CAVLC; no field order
    pps.exp_golomb(0); // one slice group
    pps.exp_golomb(0); // one reference forwards
    pps.exp_golomb(0); // and backwards
    pps.bits(0b000, 3); // no weighted prediction
    pps.exp_golomb(0); // quantizer 26
    pps.exp_golomb(0);
    pps.exp_golomb(0); // chroma as luma
    pps.bits(0b100, 3); // slices control deblocking; no constrained intra, no redundant pictures
    pps
}

/// A NAL unit with its start code. Emulation prevention keeps start codes out of the payload.
fn annex_b(header: u8, payload: BitWriter) -> Vec<u8> {
    let mut unit = vec![0, 0, 0, 1, header];
    let mut zeros = 0;
    for byte in payload.finish() {
        if zeros >= 2 && byte <= 3 {
            unit.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        unit.push(byte);
    }
    unit
}

#[derive(Debug, Default)]
struct BitWriter {
    bits: Vec<bool>,
}

impl BitWriter {
    fn bits(&mut self, value: u32, count: u32) {
        self.bits
            .extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// Exp-Golomb: as many zeros as `value + 1` has bits after its first, then `value + 1`.
    fn exp_golomb(&mut self, value: u32) {
        let count = (value + 1).ilog2();
        self.bits(0, count);
        self.bits(value + 1, count + 1);
    }

    /// The bytes, after a one and zeros to fill up the last.
    fn finish(mut self) -> Vec<u8> {
        self.bits(1, 1);
        let byte =
            |bits: &[bool]| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(bits.get(bit) == Some(&true)));
        self.bits.chunks(8).map(byte).collect()
    }
}

struct BitReader {
    bytes: Vec<u8>,
    position: usize,
}

impl BitReader {
    /// Reads a NAL unit's payload, in which `0 0 3` stands for `0 0`.
    fn new(payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len());
        for &byte in payload {
            if !(byte == 3 && bytes.ends_with(&[0, 0])) {
                bytes.push(byte);
            }
        }
        Self { bytes, position: 0 }
    }

    fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| {
            let byte = self.bytes.get(self.position / 8)?;
            let bit = byte >> (7 - self.position % 8) & 1;
            self.position += 1;
            Some(value << 1 | u32::from(bit))
        })
    }

    fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bits(1)? == 0 {
            zeros += 1;
        }
        (zeros < 16).then_some(())?;
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_writing_and_reading() {
        let numbers = [0, 1, 2, 5, 255, 4600, 32_640];
        let mut writer = BitWriter::default();
        for number in numbers {
            writer.exp_golomb(number);
            writer.bits(number & 7, 3);
        }
        let mut reader = BitReader::new(&writer.finish());
        for number in numbers {
            assert_eq!(
                (reader.exp_golomb(), reader.bits(3)),
                (Some(number), Some(number & 7))
            );
        }
    }

    #[test]
    fn start_codes_are_kept_out_of_the_payload() {
        let mut zeros = BitWriter::default();
        zeros.bits(0, 32);
        assert_eq!(
            annex_b(SLICE_NAL, zeros),
            [0, 0, 0, 1, SLICE_NAL, 0, 0, 3, 0, 0, 0x80]
        );
        assert_eq!(BitReader::new(&[0, 0, 3, 1]).bytes, [0, 0, 1]);
    }

    #[test]
    fn damaged_headers_are_refused() {
        for headers in [
            &[][..],
            &[0, 0, 1],
            &[0, 0, 1, 0x67],
            &[0, 0, 1, 0x67, 100, 0, 30, 0, 0, 0, 0],
        ] {
            assert_eq!(H264Stills::new(headers), None, "{headers:?}");
        }
    }
}
