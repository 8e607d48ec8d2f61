// What the panes of a result tell each other. Names and details:
//   table:arrived    {view}            a table is in the page, at first and after every filter
//   table:filter     {changes}         {"min.t_min": ["59000"], "sky": null}: put into the address; null takes out
//   row:hover        {key, from}       a row, a footprint or a point is under the pointer; key null: none is
//   row:reveal       {key, from}       bring this row into sight
//   selection:set    {keys, on, from}  select or release rows
//   selection:changed {keys}           these rows are selected now
// `from` is "table", "sky" or "plot": who tells takes no notice of its own word.

export const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
export const hear = (name, act) => document.addEventListener(name, (event) => act(event.detail));
