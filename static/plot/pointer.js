// What the pointer does over a figure: hover, click, and a box drawn by dragging. Knows no chart and no rows.

const DRAGGED_PX = 5;

/**
 * `on`: hover(x, y), leave(), click(x, y), box({left, right, top, bottom}); pixels of the figure.
 * `inside(x, y)`: may a box begin here? `upright`: the box is as high as `range()` says.
 */
export function follow(place, on, inside, upright = null) {
  const box = place.parentElement.querySelector("[data-plot-box]");
  let from = null;
  let asked = 0;
  const at = (event) => {
    const { left, top } = place.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const edges = ([x, y]) => {
    const [top, bottom] = upright ? upright() : [Math.min(from[1], y), Math.max(from[1], y)];
    return { left: Math.min(from[0], x), right: Math.max(from[0], x), top, bottom };
  };
  const wide = ([x, y]) => Math.abs(x - from[0]) > DRAGGED_PX && (upright || Math.abs(y - from[1]) > DRAGGED_PX);
  const end = () => {
    from = null;
    box.hidden = true;
  };
  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !inside(...at(event))) return;
    from = at(event);
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => {
    const point = at(event);
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      if (!from) {
        on.hover(...point);
        return;
      }
      const { left, right, top, bottom } = edges(point);
      box.hidden = !wide(point);
      Object.assign(box.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    });
  });
  place.addEventListener("pointerup", (event) => {
    if (!from) return;
    const point = at(event);
    const drawn = wide(point) ? edges(point) : null;
    cancelAnimationFrame(asked);
    end();
    if (drawn) on.box(drawn);
    else on.click(...point);
  });
  place.addEventListener("pointercancel", end);
  place.addEventListener("pointerleave", () => {
    cancelAnimationFrame(asked);
    if (!from) on.leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && from) end();
  });
}
