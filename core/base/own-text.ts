/** V8 copies shorter slices itself. */
const sliced = 13

/**
 * The same text in memory of its own: a slice shares the memory of the text it was cut from, and keeps it alive. What is put
 * together is copied as a whole when it is cut again.
 */
export function ownText(text: string): string {
  return text.length < sliced ? text : ` ${text}`.slice(1)
}
