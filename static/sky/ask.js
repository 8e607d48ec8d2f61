// Asks the portal for the footprints of the table in the page: one question at a time, the last one wins.

let under = null;

/** Why there is no answer, in one plain sentence. */
export class NoAnswer extends Error {}

function address({ search, result, filters }, wanted) {
  const params = new URLSearchParams(filters);
  params.set("result", result);
  for (const [name, value] of Object.entries(wanted)) params.set(name, value);
  return `/api/v1/searches/${encodeURIComponent(search)}/footprints?${params}`;
}

async function sentence(answer) {
  try { return (await answer.json()).error.message; } catch { return "The portal could not give the footprints."; }
}

/** The answer for a table's data, `wanted` being further parameters; null when a later question overtook it. */
export async function ask(table, wanted) {
  under?.abort();
  const mine = new AbortController();
  under = mine;
  try {
    const answer = await fetch(address(table, wanted), { signal: mine.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new NoAnswer(await sentence(answer));
    return await answer.json();
  } catch (error) {
    if (mine.signal.aborted) return null;
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer("The portal did not answer; the footprints are as they were.");
  }
}
