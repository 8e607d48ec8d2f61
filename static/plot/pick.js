// Which drawn point is meant: the nearest to the pointer, by squares of the screen, or the one of a row. Knows no chart.

const SQUARE_PX = 16;
const REACH_PX = 10;

/** An index over pixel places, `xs` and `ys` of one length. */
export function indexOf(xs, ys, width, height) {
  const across = Math.max(1, Math.ceil(width / SQUARE_PX));
  const down = Math.max(1, Math.ceil(height / SQUARE_PX));
  const squareOf = (at) => {
    const [column, row] = [Math.floor(xs[at] / SQUARE_PX), Math.floor(ys[at] / SQUARE_PX)];
    return column < 0 || row < 0 || column >= across || row >= down ? -1 : row * across + column;
  };
  const starts = new Uint32Array(across * down + 1);
  for (let at = 0; at < xs.length; at += 1) {
    const square = squareOf(at);
    if (square >= 0) starts[square + 1] += 1;
  }
  for (let square = 0; square < across * down; square += 1) starts[square + 1] += starts[square];
  const points = new Uint32Array(starts[across * down]);
  const filled = starts.slice();
  for (let at = 0; at < xs.length; at += 1) {
    const square = squareOf(at);
    if (square >= 0) points[filled[square]++] = at;
  }
  return (x, y) => {
    let [nearest, least] = [-1, REACH_PX ** 2];
    const [column, row] = [Math.floor(x / SQUARE_PX), Math.floor(y / SQUARE_PX)];
    for (let r = Math.max(0, row - 1); r <= Math.min(down - 1, row + 1); r += 1) {
      for (let c = Math.max(0, column - 1); c <= Math.min(across - 1, column + 1); c += 1) {
        for (let i = starts[r * across + c]; i < starts[r * across + c + 1]; i += 1) {
          const distance = (xs[points[i]] - x) ** 2 + (ys[points[i]] - y) ** 2;
          if (distance < least) [nearest, least] = [points[i], distance];
        }
      }
    }
    return nearest;
  };
}

/** Where a row's number stands among those drawn, which ascend; -1 where it is not drawn. */
export function placeOf(rows, number) {
  let [low, high] = [0, rows.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (rows[middle] === number) return middle;
    if (rows[middle] < number) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
