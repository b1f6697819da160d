import { stepKinds } from './step.ts'

/**
 * Steps in short, one on each line or with ` ; ` between: `find: grep TODO src/**`, a name before, what it does, then its words. For
 * more than that steps are written as data.
 */
export function stepsInShort(text: string): readonly unknown[] {
  return text
    .split(/\r?\n| ; /)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(stepInShort)
}

function stepInShort(line: string): unknown {
  const [, name, rest = line] = /^([A-Za-z][\w-]*):\s+(.*)$/s.exec(line) ?? []
  const [kind = '', ...words] = wordsOf(rest)
  const known = stepKinds.find((each) => each === kind)
  const step = known === undefined ? { [kind]: words } : { [known]: inputOf(known, words) }
  return name === undefined ? step : { name, ...step }
}

function inputOf(kind: (typeof stepKinds)[number], words: readonly string[]): unknown {
  const [first = '', ...rest] = words
  if (kind === 'grep') return rest.length === 0 ? first : { pattern: first, glob: rest }
  if (kind === 'write') return { path: first, text: rest.join(' ') }
  return kind === 'read' || kind === 'list' ? words.join(' ') : words
}

/** Words as a person types them; quotes hold together what is in them, and nothing else has a meaning. */
function wordsOf(text: string): readonly string[] {
  const words = [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)]
  return words.map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ''),
  )
}
