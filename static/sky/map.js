// Aladin Lite behind a small face: made without any control or service of its own, so that it asks the survey and nobody else.
import { direction, moved } from "./sphere.js";

const FIRST_FOV = 1;
const LEAST_FIT = 1 / 60;
const NARROWEST_FOV = 2 / 3600;
const WIDEST_FOV = 360;
// A globe shows half the sky at most: wider views are a flat map of all of it.
const GLOBE_FOV = 150;
const [GLOBE, FLAT] = ["SIN", "AIT"];
// Everything that would ask another host, or that the pane does in its own way.
const BARE = {
  hipsList: [], log: false, samp: false, showContextMenu: false, showCooGridControl: false, showCooLocation: false, showFov: false,
  showFrame: false, showFullscreenControl: false, showLayersControl: false, showProjectionControl: false, showReticle: false,
  showSettingsControl: false, showShareControl: false, showSimbadPointerControl: false, showStatusBar: false, showZoomControl: false,
};

/** Whether this browser can draw the survey at all. */
export function hasWebGL2() {
  try { return Boolean(document.createElement("canvas").getContext("webgl2")); } catch { return false; }
}

export class SkyMap {
  constructor(A, aladin, place) {
    this.makers = A;
    this.aladin = aladin;
    this.covered = null;
    this.place = place;
    this.seen = "";
    this.going = 0;
  }

  /** A pixel of the place, or null for what is behind. */
  toPixel(ra, dec) {
    const found = this.aladin.world2pix(ra, dec);
    return found && Number.isFinite(found[0]) ? found : null;
  }

  /** The direction under a pixel, or null beside the sky. */
  toSky(x, y) {
    const found = this.aladin.pix2world(x, y, "icrs");
    return found && Number.isFinite(found[0]) && Number.isFinite(found[1]) ? [found[0], found[1]] : null;
  }

  get centre() { return this.aladin.getRaDec(); }
  get fov() { return this.aladin.getFov()[0]; }
  get isFlat() { return this.aladin.getProjectionName() === FLAT; }
  get size() { return this.aladin.getSize(); }
  /** Tells one view from another. The pixel of the middle is part of it: a new size is Aladin's own only frames later. */
  get view() { return [this.looks, ...(this.toPixel(...this.centre) ?? []).map(Math.round)].join(); }
  get looks() { return [...this.centre, this.fov, ...this.size].join(); }
  get degPerPixel() { return this.fov / this.size[0]; }
  /** The radius in degrees of a circle that holds all that is in sight. */
  get reach() {
    const [width, height] = this.size;
    return Math.min(180, 0.5 * this.fov * Math.hypot(1, height / width));
  }

  look(ra, dec, fov) {
    if (fov > GLOBE_FOV && !this.isFlat) this.aladin.setProjection(FLAT);
    this.aladin.gotoRaDec(ra, dec);
    if (fov) this.aladin.setFoV(Math.min(WIDEST_FOV, Math.max(NARROWEST_FOV, fov)));
  }

  /** All of a cap in sight, with a margin. */
  fit({ centre, radius }) {
    const [width, height] = this.size;
    const [ra, dec] = direction(centre);
    this.look(ra, dec, Math.max(2.4 * radius * Math.max(1, width / height), LEAST_FIT));
  }

  /** A globe for narrow views, a flat map for wide ones, however the view came to be so. */
  project() {
    const wanted = this.fov < GLOBE_FOV ? GLOBE : FLAT;
    if (this.aladin.getProjectionName() !== wanted) this.aladin.setProjection(wanted);
  }

  zoom(factor) { this.look(...this.centre, this.fov * factor); }

  /** By parts of the field of view, right and up. */
  pan(right, up) { this.look(...moved(...this.centre, -right * this.fov, up * this.fov)); }

  /** A line round a MOC ({order: [cells]}), instead of the one before; null for none. */
  cover(moc, colour) {
    if (this.covered) this.aladin.removeOverlay(this.covered);
    this.covered = moc && this.makers.MOCFromJSON(moc, { name: "Covered", color: colour, perimeter: true, lineWidth: 1, opacity: 0.9 });
    if (this.covered) this.aladin.addMOC(this.covered);
  }

  grid(on) { this.aladin.setCooGrid({ enabled: on }); }

  /** Call `moved` in every frame in which one looks elsewhere, `settled` where Aladin came after. */
  follow(moved, settled) {
    const frame = () => {
      this.project();
      const [now, view] = [this.looks, this.view];
      if (now !== this.seen) moved();
      else if (view !== this.settled) settled();
      [this.seen, this.settled] = [now, view];
      this.going = requestAnimationFrame(frame);
    };
    this.rest();
    this.seen = "";
    frame();
  }

  rest() { cancelAnimationFrame(this.going); }
}

/** Aladin Lite in `place`, over the survey at an address. Throws where the browser cannot. */
export async function openMap(place, survey) {
  const { default: A } = await import("../vendor/aladin.js");
  await A.init;
  const image = A.imageHiPS(new URL(survey, location.href).href, { name: "Survey" });
  const aladin = A.aladin(place, {
    ...BARE,
    survey: image,
    target: "0 +0",
    fov: FIRST_FOV,
    cooFrame: "ICRSd",
    projection: GLOBE,
    lockNorthUp: true,
    inertia: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    backgroundColor: "rgb(6, 9, 18)",
    gridColor: "rgb(150, 172, 205)",
    gridOpacity: 0.6,
    gridOptions: { enabled: false, showLabels: true, thickness: 1, labelSize: 11 },
    mode: "dark",
  });
  // Its logo is a link without a name.
  for (const link of place.querySelectorAll("a:not([aria-label])")) link.setAttribute("aria-label", "Aladin Lite");
  return new SkyMap(A, aladin, place);
}
