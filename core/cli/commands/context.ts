import { readFileSync } from 'node:fs'
import type {
  Audience,
  Context,
  ContextCut,
  ContextRequest,
  PrefixDifference,
  TokenizerName,
} from '../../index.ts'
import { Exit, exit, exitForFindings, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { fromHere } from '../paths.ts'
import { painter, printDiagnostics, printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'
import { readSourceLines } from '../source.ts'
import { counted } from '../summary.ts'

export interface ContextCommandOptions extends CommonOptions {
  readonly budget?: string | undefined
  readonly for?: Audience | undefined
  readonly tokenizer?: TokenizerName | undefined
  readonly diff?: string | true | undefined
  readonly user?: true | undefined
}

/** `heddle context`: the text on standard output, and on standard error what it is made of, what was cut, and what is wrong. */
export async function context(references: readonly string[], options: ContextCommandOptions): Promise<void> {
  const request = readRequest(options)
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const asked = references.map((reference) => asAsked(reference, options))
    const composed = await framework.context(asked, request)
    tellFaults(framework, options)
    if (options.format === 'json') printJson(composed)
    else {
      process.stdout.write(composed.text)
      const shown = options.quiet
        ? composed.diagnostics.filter(({ severity }) => severity === 'error')
        : composed.diagnostics
      printDiagnostics(shown, process.stderr, await readSourceLines(framework, shown))
      if (!options.quiet) process.stderr.write(describe(composed, request.previous))
    }
    if (exitForFindings(composed.diagnostics, false) !== exit.clean) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

/** The slash at the end of a folder says that all its modules are meant. */
function asAsked(reference: string, options: CommonOptions): string {
  const asked = fromHere(reference, options)
  return reference.endsWith('/') && !asked.endsWith('/') && asked !== '.' ? `${asked}/` : asked
}

function readRequest({ budget, for: audience, tokenizer, diff }: ContextCommandOptions): ContextRequest {
  return {
    // What is no number is refused in the same words everywhere.
    ...(budget !== undefined && { budget: budget.trim() === '' ? Number.NaN : Number(budget) }),
    ...(audience !== undefined && { for: audience }),
    ...(tokenizer !== undefined && { tokenizer }),
    ...(diff !== undefined && { previous: diff === true ? true : readEarlier(diff) }),
  }
}

function readEarlier(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const { code = 'an error' } = thrown as NodeJS.ErrnoException
    return wrongUsage(
      `The earlier output "${file}" cannot be read: ${code}.`,
      'Name a file that heddle context wrote.',
    )
  }
}

function describe(composed: Context, previous: ContextRequest['previous']): string {
  const { sections, tokens, budget, tokenizer, estimate, cuts, diff } = composed
  const paint = painter(process.stderr)
  const about = `${number(tokens)} of ${number(budget)} tokens (${estimate ? 'an estimate: ' : 'by '}${tokenizer})`
  const lines = [
    `${paint('green', '✓')} ${counted(sections.length, 'section')}, ${about}`,
    ...describeCuts(cuts),
  ]
  if (diff) lines.push(describeDiff(diff))
  else if (previous === true) lines.push('Nothing was kept for this request yet; now this is.')
  return `\n${lines.join('\n')}\n`
}

const reasons: Readonly<Record<ContextCut['why'], string>> = {
  budget: 'did not fit',
  repeated: 'stands once already',
  'front-matter': 'front matter, for hosts',
  'not-text': 'is no text',
  unreadable: 'cannot be read',
  folder: 'is a folder',
}
const mostNamed = 12

/** One line for each reason, and the largest of what did not fit; all of them are in JSON. */
function describeCuts(cuts: readonly ContextCut[]): string[] {
  const lines: string[] = []
  for (const why of Object.keys(reasons) as ContextCut['why'][]) {
    const own = cuts.filter((cut) => cut.why === why)
    if (own.length === 0) continue
    const sum = own.reduce((total, { tokens }) => total + tokens, 0)
    lines.push(`  left out: ${counted(own.length, 'time')} ${reasons[why]}, ${number(sum)} tokens`)
    if (why !== 'front-matter' && why !== 'repeated') lines.push(...nameCuts(own))
  }
  return lines
}

function nameCuts(cuts: readonly ContextCut[]): string[] {
  const largest = cuts.toSorted((a, b) => b.tokens - a.tokens).slice(0, mostNamed)
  const rows = largest.map(({ id, part, lines, tokens }) => [
    number(tokens),
    `${visible(id)}${part === null ? '' : `#${visible(part)}`}${lines ? `:${lines[0]}-${lines[1]}` : ''}`,
  ])
  const more =
    cuts.length > mostNamed ? [`    … ${cuts.length - mostNamed} more, all of them in --format json`] : []
  return [table(rows).replaceAll(/^/gm, '    '), ...more]
}

function describeDiff({ previous, valid, share, firstChange }: PrefixDifference): string {
  const where = firstChange ? `; it changes at ${visible(firstChange.id)}:${firstChange.line}` : ''
  return `  ${Math.floor(share * 1000) / 10} % of the earlier output is still its beginning (${number(valid)} of ${number(previous)} tokens)${where}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
