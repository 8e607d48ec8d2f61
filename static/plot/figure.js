// One chart in the page: its colours from the style sheet, its size from the pane, saved as PNG or SVG.

const FONT_PX = 11;
const SAVED_SCALE = 2;
let library = null;

function load(address) {
  library ??= import(address);
  return library;
}

export class Figure {
  constructor(place) {
    this.place = place;
    this.chart = null;
    this.redraw = () => {};
    this.echarts = null;
  }

  async begin(address, redraw) {
    this.echarts = await load(address);
    this.redraw = redraw;
    this.chart = this.echarts.init(this.place, null, { renderer: "canvas" });
    let waiting = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.fit());
    }).observe(this.place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  fit() {
    if (!this.chart || !this.place.clientWidth || !this.place.clientHeight) return;
    const [width, height] = [this.place.clientWidth, this.place.clientHeight];
    if (this.chart.getWidth() === width && this.chart.getHeight() === height) return;
    this.chart.resize({ width, height, animation: { duration: 0 } });
    this.redraw();
  }

  /** Colours as the page has them now. */
  look() {
    const told = getComputedStyle(this.place);
    return {
      scheme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
      ink: told.color,
      ground: told.backgroundColor,
      line: told.borderTopColor,
      strong: told.outlineColor,
      muted: told.textDecorationColor,
      accent: told.caretColor,
      lane: told.columnRuleColor,
      font: told.fontFamily,
    };
  }

  /** Pixels that a word takes in the chart's letters. */
  widthOf(text) {
    this.measure ??= document.createElement("canvas").getContext("2d");
    this.measure.font = `${FONT_PX}px ${getComputedStyle(this.place).fontFamily}`;
    return this.measure.measureText(text).width;
  }

  draw(option, look) {
    this.option = {
      animation: false,
      backgroundColor: look.ground,
      textStyle: { fontFamily: look.font, fontSize: FONT_PX, color: look.ink },
      ...option,
    };
    this.chart.setOption(this.option, { notMerge: true, lazyUpdate: true });
  }

  async save(kind, name) {
    const blob = kind === "svg" ? this.asSvg() : await this.asPng();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name.replace(/[^\w.-]+/g, "_")}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** The whole drawing at once: what is saved must not wait for the frames that come. */
  still() {
    const series = this.option.series.map((each) => ({ ...each, progressive: 0 }));
    return { ...this.option, series };
  }

  asPng() {
    const canvas = document.createElement("canvas");
    const drawn = this.echarts.init(canvas, null, { renderer: "canvas", devicePixelRatio: SAVED_SCALE, ...this.size() });
    drawn.setOption(this.still());
    drawn.getZr().flush();
    return new Promise((resolve) => {
      canvas.toBlob((blob) => {
        drawn.dispose();
        resolve(blob);
      }, "image/png");
    });
  }

  asSvg() {
    const drawn = this.echarts.init(null, null, { renderer: "svg", ssr: true, ...this.size() });
    drawn.setOption(this.still());
    const text = drawn.renderToSVGString();
    drawn.dispose();
    return new Blob([text], { type: "image/svg+xml" });
  }

  size() { return { width: this.chart.getWidth(), height: this.chart.getHeight() }; }
}
