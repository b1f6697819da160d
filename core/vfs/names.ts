/** Why a name is refused everywhere, and what to do. */
export interface UnsafeName {
  readonly why: string
  readonly hint: string
}

const longestPath = 4096
/** In bytes of UTF-8: what common file systems can hold. */
const longestName = 255
const mostDecodings = 16
const ordinary = /^[\w\-./ ()[\]{}@+,=!&'#$;]*$/
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\..*)?$/is
const shortName = /^[^.~]{1,6}~\d{1,2}(?:\.[^.]{0,3})?$/s
const control = /[\p{Cc}\u2028\u2029\ufff9-\ufffb]/u
const lookAlikeSlash = /[\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/u
const lookAlikeDot = /[\u2024\u2025\ufe19\ufe30\ufe52\uff0e]/u
const encoded =
  /%(?:25)*(?:2e|2f|3a|5c|7f|[01][0-9a-f]|c0|c1|e0%(?:25)*[89][0-9a-f]|f0%(?:25)*8[0-9a-f]|f[5-9a-f]|u[0-9a-f]{4})/i

// Invisible characters belong to some names: joiners in emoji and in scripts that join, selectors after what they select.
const joinedEmoji =
  /(?<=\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?\ufe0f?)\u200d(?=\p{Extended_Pictographic})/gu
const joinedLetters = /(?<=[\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])/gu
const selected =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)/gu
const selectedIdeograph = /(?<=\p{Script=Han})[\u{e0100}-\u{e01ef}]/gu
const flag = /(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]+\u{e007f}/gu
const invisible = /\p{Default_Ignorable_Code_Point}/u

/** Why `text` holds a name that some system reads as another one; undefined when every system reads it alike. */
export function findUnsafe(text: string): UnsafeName | undefined {
  if (text.length > longestPath) {
    return { why: `is longer than ${longestPath} characters`, hint: 'Use shorter names.' }
  }
  if (!ordinary.test(text)) {
    const unsafe = findUnsafeCharacter(text)
    if (unsafe) return unsafe
  }
  for (const segment of text.split('/')) {
    const unsafe =
      segment === '' || segment === '.' || segment === '..' ? undefined : findUnsafeSegment(segment)
    if (unsafe) return unsafe
  }
  return undefined
}

function findUnsafeCharacter(text: string): UnsafeName | undefined {
  if (text.includes('\\')) return { why: 'has a backslash', hint: 'Write / between folders.' }
  if (text.includes(':')) {
    return {
      why: 'has a colon, which some systems read as a drive or a stream',
      hint: 'Rename it without the colon.',
    }
  }
  if (control.test(text)) return { why: 'has a control character', hint: 'Remove the character.' }
  if (!isWellFormed(text)) return { why: 'has half a character', hint: 'Write the name again.' }
  if (text.includes('%') && hidesSeparator(text)) {
    return { why: 'has an encoded dot, slash or control character', hint: 'Write the character itself.' }
  }
  if (lookAlikeSlash.test(text))
    return { why: 'has a character that looks like a slash', hint: 'Write / itself.' }
  if (lookAlikeDot.test(text))
    return { why: 'has a character that looks like a dot', hint: 'Write . itself.' }
  if (invisible.test(withoutWanted(text)))
    return { why: 'has an invisible character', hint: 'Remove the character.' }
  return undefined
}

function findUnsafeSegment(segment: string): UnsafeName | undefined {
  // A UTF-16 unit is at most three bytes.
  if (segment.length * 3 > longestName && Buffer.byteLength(segment) > longestName) {
    return { why: `has a name of more than ${longestName} bytes`, hint: 'Use shorter names.' }
  }
  if (/[.\s]$/u.test(segment)) {
    return { why: 'has a name that ends in a dot or a space', hint: 'Remove the last character of the name.' }
  }
  if (device.test(segment)) return { why: 'has the name of a device', hint: 'Choose another name.' }
  if (shortName.test(segment)) return { why: 'has the form of a short name', hint: 'Write the long name.' }
  const plain = segment.normalize('NFKC')
  if (/[/\\]/.test(plain) || /^\.+$/.test(plain)) {
    return {
      why: 'has a character that stands for dots or slashes',
      hint: 'Write the characters themselves.',
    }
  }
  return undefined
}

/** Decodes as often as a careless program might, and looks each time. */
function hidesSeparator(text: string): boolean {
  let current = text
  for (let round = 0; round < mostDecodings; round++) {
    if (encoded.test(current)) return true
    const next = current.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    if (next === current) return false
    current = next
  }
  return true
}

function withoutWanted(text: string): string {
  return text
    .replace(joinedEmoji, '')
    .replace(joinedLetters, '')
    .replace(selected, '')
    .replace(selectedIdeograph, '')
    .replace(flag, '')
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
