import type { Random } from './random.ts'

const words = (
  'the a of to and in for with by on at from before after when where which that each every any one two three first last ' +
  'module pattern command gate check test change file folder name list step phase group operation result report finding ' +
  'reader author reviewer engineer agent session context state branch commit review release build cache store graph index ' +
  'write read edit run plan load resolve validate register report follow keep drop split join order sort measure compare ' +
  'small large short long early late plain exact shared private stable known open closed empty full broken missing safe ' +
  'never always once often only again together apart quickly carefully above below beside inside outside between within ' +
  'error warning hint cause place line column text value key option default limit budget deadline retry lane queue pool ' +
  'must may should can is are has have gives takes makes needs holds shows says tells means asks ends starts stays becomes'
).split(' ')

const accented = ['naïve', 'façade', 'Größe', 'résumé', '→', '—', '…', '≤', '“quoted”', '✓']

/** Words of one document; `wide` mixes in letters beyond Latin-1, as a third of real modules have them. */
export interface Prose {
  /** One word. */
  word(): string
  /** Some words without a stop. */
  words(count: number): string
  /** A sentence with its stop and no space behind it. */
  sentence(): string
  /** As many sentences, a line break here and there. */
  paragraph(sentences: number): string
  /** A heading's words. */
  title(): string
}

/** The prose of one document. */
export function createProse(random: Random, wide: boolean): Prose {
  const word = (): string => (wide && random.chance(0.02) ? random.pick(accented) : random.pick(words))
  const some = (count: number): string => Array.from({ length: count }, word).join(' ')
  function sentence(): string {
    const start = capital(some(random.between(4, 9)))
    const middle = random.chance(0.25) ? ` ${emphasis(random, some(random.between(1, 3)))}` : ''
    return `${start}${middle} ${some(random.between(2, 7))}${random.chance(0.1) ? ': ' + word() : ''}.`
  }
  return {
    word,
    words: some,
    sentence,
    paragraph: (sentences) =>
      Array.from({ length: sentences }, sentence).reduce(
        (text, next) => `${text}${random.chance(0.3) ? '\n' : ' '}${next}`,
      ),
    title: () => capital(some(random.between(2, 4))),
  }
}

function emphasis(random: Random, text: string): string {
  return random.pick([`*${text}*`, `**${text}**`, `\`${text}\``, `_${text}_`, `"${text}"`])
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
