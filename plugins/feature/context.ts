import type { NamedText } from './extract.ts'
import type { FeatureResult } from './result.ts'

/** A module of the closure with its text. */
export interface ModuleText {
  readonly id: string
  readonly text: string
}

interface Materials {
  readonly modules: readonly ModuleText[]
  readonly documents: readonly NamedText[]
  readonly sources: readonly { readonly path: string; readonly text: string }[]
}

type Designed = Omit<FeatureResult, 'summary' | 'context' | 'agent' | 'unread'>

/** Everything that an agent needs to build the feature: the rules first, which change least, then the sources, the request last. */
export function composeContext(designed: Designed, { modules, documents, sources }: Materials): string {
  const { request, requirements, criteria, questions, steps, touches } = designed
  return [
    ...modules.map(({ id, text }) => part('module', id, text)),
    ...sources.map(({ path, text }) => part('source', path, text)),
    ...documents.map(({ from, text }) => part('document', from, text)),
    part('request', 'request', request),
    part(
      'design',
      'design',
      [
        ...section(
          'Requirements',
          requirements.map(({ text, strength, from, line }) => `- ${strength}: ${text} (${from}:${line})`),
        ),
        ...section(
          'Done means',
          criteria.map(({ text, done }) => `- [${done ? 'x' : ' '}] ${text}`),
        ),
        ...section(
          'Open',
          questions.map(({ text, because }) => `- ${text}: ${because}`),
        ),
        ...section(
          'Touches',
          touches.map(
            ({ path, tests }) =>
              `- ${path}${tests.length > 0 ? `, tests: ${tests.join(', ')}` : ', no test'}`,
          ),
        ),
        ...section(
          'Steps',
          steps.map((step, index) => `${index + 1}. ${step}`),
        ),
      ].join('\n'),
    ),
  ].join('\n')
}

/** Text of files stands between marks that it cannot close: no text of theirs has this fence. */
function part(kind: string, name: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${kind} ${name.replace(/\s+/g, ' ')}\n${text.replace(/\n$/, '')}\n${fence}\n`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, '']
}
