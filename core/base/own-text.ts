/** V8 copies shorter slices itself. */
const sliced = 13

/**
 * The same text in memory of its own: a slice shares the memory of the text it was cut from, and keeps it alive. Joining two
 * parts is the cheapest copy.
 */
export function ownText(text: string): string {
  return text.length < sliced ? text : [text.charAt(0), text.slice(1)].join('')
}
