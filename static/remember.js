// What this browser remembers of how a person works; private windows may refuse, and then nothing is remembered.

export function remembered(name, fallback) {
  try { return JSON.parse(localStorage.getItem(name)) ?? fallback; } catch { return fallback; }
}
export function remember(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* it goes on without */ }
}
