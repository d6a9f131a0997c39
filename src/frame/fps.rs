//! Frame rates.

use std::fmt;
use std::str::FromStr;

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

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is not a frame rate; write a number from 1 to 240 or a fraction such as 30000/1001"
            )
        };
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        let num: u32 = num.parse().map_err(|_| wrong())?;
        let den: u32 = den.parse().map_err(|_| wrong())?;
        if num == 0 || den == 0 || num > 240_000 || den > 100_000 {
            return Err(wrong());
        }
        let fps = Self { num, den };
        if (0.1..=240.0).contains(&fps.as_f64()) {
            Ok(fps)
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_parse_and_stay_exact() {
        assert_eq!("30".parse(), Ok(Fps::new(30, 1)));
        assert_eq!("30000/1001".parse(), Ok(Fps::new(30_000, 1001)));
        for wrong in ["0", "30/0", "1/0", "241", "29.97", "", "-5"] {
            assert!(wrong.parse::<Fps>().is_err(), "{wrong}");
        }
        let hours = Fps::new(30_000, 1001).frame_ms(30_000 * 3600);
        assert!((hours - 1001.0 * 3_600_000.0).abs() < f64::EPSILON);
    }
}
