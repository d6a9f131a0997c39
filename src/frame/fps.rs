//! Frame rates.

use std::fmt;
use std::str::FromStr;

/// The rates of NTSC, which nobody can write exactly as decimals.
const NTSC: [(u32, u32); 5] = [
    (24_000, 1001),
    (30_000, 1001),
    (48_000, 1001),
    (60_000, 1001),
    (120_000, 1001),
];

/// Frames per second as a fraction, so that 30000/1001 stays exact over any length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fps {
    pub num: u32,
    pub den: u32,
}

impl Fps {
    /// # Panics
    /// Never for a parsed value; a zero in a literal is a bug.
    pub const fn new(num: u32, den: u32) -> Self {
        assert!(num > 0 && den > 0, "a frame rate has no zero in it");
        Self { num, den }
    }

    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// When frame `index` is shown, in milliseconds of video time.
    pub fn frame_ms(self, index: u64) -> f64 {
        (index as f64 * 1000.0 * f64::from(self.den)) / f64::from(self.num)
    }

    /// How many frames are shown before a time of the video, in milliseconds: the index of the first that is not.
    pub fn frames_before(self, video_ms: f64) -> u64 {
        // The small part keeps rounding from counting a frame that stands on the very moment.
        (video_ms * self.as_f64() / 1000.0 - 1e-6).ceil() as u64
    }
}

impl fmt::Display for Fps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl FromStr for Fps {
    type Err = String;

    /// `30`, `12.5`, `30000/1001`. The decimals of NTSC's rates are short for their fractions: 29.97 is 30000/1001.
    fn from_str(text: &str) -> Result<Self, String> {
        let fraction = match text.split_once('/') {
            Some((num, den)) => number(num).zip(number(den)),
            None => decimal(text),
        };
        fraction
            .filter(|(num, den)| (1..=240_000).contains(num) && (1..=100_000).contains(den))
            .map(|(num, den)| Self { num, den })
            .filter(|fps| (0.1..=240.0).contains(&fps.as_f64()))
            .ok_or_else(|| {
                format!(
                    "'{text}' is not a frame rate; write a number from 0.1 to 240, such as 30 or 29.97, or a fraction \
                     such as 30000/1001"
                )
            })
    }
}

fn number(digits: &str) -> Option<u32> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| only_digits)
}

/// A number with or without decimals, as a fraction in its lowest terms.
fn decimal(text: &str) -> Option<(u32, u32)> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let power = 10_u32.checked_pow(decimals.len().try_into().ok()?)?;
    let num = number(whole)?
        .checked_mul(power)?
        .checked_add(number(decimals)?)?;
    // A single decimal would be that of another rate as well.
    let ntsc = NTSC
        .into_iter()
        .filter(|_| decimals.len() >= 2)
        .find(|(ntsc_num, ntsc_den)| {
            let exact = u64::from(*ntsc_num) * u64::from(power);
            let written = u64::from(num) * u64::from(*ntsc_den);
            2 * exact.abs_diff(written) <= u64::from(*ntsc_den)
        });
    let divisor = common_divisor(num, power);
    ntsc.or(Some((num / divisor, power / divisor)))
}

const fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_parse_and_stay_exact() {
        assert_eq!("30".parse(), Ok(Fps::new(30, 1)));
        assert_eq!("30000/1001".parse(), Ok(Fps::new(30_000, 1001)));
        for (text, num, den) in [
            ("30.0", 30, 1),
            ("12.5", 25, 2),
            ("0.5", 1, 2),
            ("29.97", 30_000, 1001),
            ("29.970", 30_000, 1001),
            ("29.97003", 30_000, 1001),
            ("23.976", 24_000, 1001),
            ("23.98", 24_000, 1001),
            ("59.94", 60_000, 1001),
            ("119.88", 120_000, 1001),
            ("29.9", 299, 10),
            ("29.95", 599, 20),
        ] {
            assert_eq!(text.parse(), Ok(Fps::new(num, den)), "{text}");
        }
        for wrong in [
            "0",
            "30/0",
            "1/0",
            "241",
            "",
            "-5",
            ".",
            "5.",
            ".5",
            "0.05",
            "29,97",
            "+30",
            "1.+5",
            "1e2",
            "0.0",
            "1.00000000001",
            "99.99999",
        ] {
            assert!(wrong.parse::<Fps>().is_err(), "{wrong}");
        }
        let hours = Fps::new(30_000, 1001).frame_ms(30_000 * 3600);
        assert!((hours - 1001.0 * 3_600_000.0).abs() < f64::EPSILON);
    }
}
