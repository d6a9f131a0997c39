// How alike two pictures look, as src/similarity.rs defines it: luma in BT.709, SSIM over windows of 8x8 pixels.
// Used by fidelity/ and scripts/players.mjs.

import { execFileSync } from 'node:child_process';

const WINDOW = 8;
const STRIDE = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** The luma of a picture that FFmpeg can read, of which these are the bytes: `{ width, height, levels }`. */
export function readLuma(bytes) {
  const pnm = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', 'pipe:0', '-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24', '-'],
    { input: bytes, maxBuffer: 1 << 28 },
  );
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(pnm.toString('latin1', 0, 64));
  if (!header) throw new Error('FFmpeg gave no picture');
  const [width, height] = header.slice(1).map(Number);
  const pixels = pnm.subarray(header[0].length);
  const levels = Uint8Array.from({ length: width * height }, (_, index) => {
    const [red, green, blue] = [pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2]];
    return Math.round(16 + ((0.2126 * red + 0.7152 * green + 0.0722 * blue) * 219) / 255);
  });
  return { width, height, levels };
}

/**
 * The mean over all windows that touch none of the boxes in `without`: 1 where the pictures are equal, about 0 where they
 * have nothing in common. `share` is the part of the windows that counted.
 */
export function ssim(a, b, without = []) {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`a picture of ${a.width}x${a.height} against one of ${b.width}x${b.height}`);
  }
  let sum = 0;
  let counted = 0;
  let windows = 0;
  for (let top = 0; top + WINDOW <= a.height; top += STRIDE) {
    for (let left = 0; left + WINDOW <= a.width; left += STRIDE) {
      windows += 1;
      if (without.some((box) => touches(box, left, top))) continue;
      sum += windowSsim(a, b, left, top);
      counted += 1;
    }
  }
  return { value: counted === 0 ? 1 : sum / counted, share: counted / windows };
}

function touches(box, left, top) {
  return box.left < left + WINDOW && left < box.left + box.width && box.top < top + WINDOW && top < box.top + box.height;
}

function windowSsim(a, b, left, top) {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + WINDOW; y += 1) {
    const start = y * a.width + left;
    for (let at = start; at < start + WINDOW; at += 1) {
      const [levelA, levelB] = [a.levels[at], b.levels[at]];
      sumA += levelA;
      sumB += levelB;
      squaresA += levelA * levelA;
      squaresB += levelB * levelB;
      products += levelA * levelB;
    }
  }
  const pixels = WINDOW * WINDOW;
  const [meanA, meanB] = [sumA / pixels, sumB / pixels];
  const varianceA = squaresA / pixels - meanA * meanA;
  const varianceB = squaresB / pixels - meanB * meanB;
  const covariance = products / pixels - meanA * meanB;
  const likeness = (2 * meanA * meanB + C1) * (2 * covariance + C2);
  return likeness / ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
}
