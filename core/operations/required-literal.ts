const shortest = 2

/** What one part of a pattern means for the text that every match holds. */
interface Part {
  /** Where the next part begins. */
  readonly end: number
  /** The character that it stands for; empty for what has no width; undefined for anything else. */
  readonly character: string | undefined
}

/**
 * The longest text that every match of the pattern holds, letter for letter; ASCII, at least two characters. Undefined when
 * there is none, and for patterns with parts that are not looked into. Good only where case counts.
 */
export function findRequiredLiteral(pattern: string): string | undefined {
  let longest = ''
  let run = ''
  for (let at = 0; at < pattern.length;) {
    const part = readPart(pattern, at)
    if (!part) return undefined
    at = part.end
    const repeats = readRepeat(pattern, at)
    if (!repeats) return undefined
    if (part.character === undefined || repeats.mayBeNone) run = keep(run)
    else run += part.character
    // What follows a repetition does not follow its first turn.
    if (repeats.end > at) run = keep(run)
    at = repeats.end
  }
  keep(run)
  return longest.length < shortest ? undefined : longest

  function keep(text: string): string {
    if (text.length > longest.length) longest = text
    return ''
  }
}

function readPart(pattern: string, at: number): Part | undefined {
  const character = pattern[at]!
  if (character === '\\') return readEscape(pattern, at)
  if (character === '(') return wide(endOfGroup(pattern, at))
  if (character === '[') return wide(endOfClass(pattern, at))
  if (/[.^$]/.test(character)) return wide(at + 1)
  // Options, and what stands where it should not.
  if (/[|)*+?{}\]]/.test(character)) return undefined
  return { end: at + 1, character: isAscii(character) ? character : undefined }
}

function wide(end: number): Part | undefined {
  return end > 0 ? { end, character: undefined } : undefined
}

function readEscape(pattern: string, at: number): Part | undefined {
  const escaped = pattern[at + 1] ?? ''
  if (/[bB]/.test(escaped)) return { end: at + 2, character: '' }
  if (/[dDwWsSnrtfv]/.test(escaped)) return { end: at + 2, character: undefined }
  // Other letters and digits take more characters with them.
  if (escaped === '' || /[A-Za-z0-9]/.test(escaped) || !isAscii(escaped)) return undefined
  return { end: at + 2, character: escaped }
}

function isAscii(character: string): boolean {
  return character <= '\x7f'
}

/** 0 for a class that is not closed. */
function endOfClass(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === ']') return at + 1
  }
  return 0
}

/** 0 for a group that is not closed. */
function endOfGroup(pattern: string, from: number): number {
  let depth = 0
  for (let at = from; at < pattern.length; at++) {
    const character = pattern[at]
    if (character === '\\') at++
    else if (character === '[') {
      at = endOfClass(pattern, at) - 1
      if (at < 0) return 0
    } else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at + 1
  }
  return 0
}

/** How often a part may stand; undefined for a brace that is no repetition. */
function readRepeat(pattern: string, at: number): { end: number; mayBeNone: boolean } | undefined {
  const [repeat, least] = /^(?:[*?+]|\{(\d+)(?:,\d*)?\})\??/.exec(pattern.slice(at, at + 40)) ?? ['']
  if (repeat === '' && pattern[at] === '{') return undefined
  return { end: at + repeat.length, mayBeNone: repeat !== '' && !(repeat[0] === '+' || Number(least) > 0) }
}
