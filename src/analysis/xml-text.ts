// Text as XML 1.0 can hold it, for pictures and graph files.

/** Characters that no XML 1.0 document may contain, not even escaped. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Puts the replacement character in the place of what XML cannot hold. */
export function toXmlCharacters(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD");
}

/** Writes text so that it stands for itself, in an element as well as in an attribute. */
export function escapeXml(text: string): string {
  return toXmlCharacters(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
