// Finds and makes parts of the page.

/** The element with this id, of this class. Throws `Error` when the page lacks it. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id ${id}`);
}

/** A new element with this text. */
export function textElement(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

/** A new button that does something. */
export function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", onClick);
  return made;
}

/** Gives a choice these options, and keeps its value where it is among them. */
export function setOptions(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, label: string])[],
): void {
  const { value } = select;
  select.replaceChildren(...options.map(([of, label]) => new Option(label, of)));
  if (options.some(([of]) => of === value)) select.value = value;
}

/** A list of terms and what is to be said of each. */
export function definitions(facts: readonly (readonly [string, string | Node])[]): HTMLElement {
  const list = document.createElement("dl");
  for (const [term, value] of facts) {
    const detail = document.createElement("dd");
    detail.append(value);
    list.append(textElement("dt", term), detail);
  }
  return list;
}
