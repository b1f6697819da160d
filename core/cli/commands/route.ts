import type { Framework } from '../../index.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'
import { type Assessment, assess, readCases } from '../route-cases.ts'

export interface RouteOptions extends CommonOptions {
  readonly explain?: true | undefined
  readonly test?: true | undefined
}

/** What the command `auto` gives for one request; plugins may add more. */
interface Decision {
  readonly request: string
  readonly recommendedCommand: string | null
  readonly invocation: readonly string[] | null
  readonly confidenceScore: number
  readonly complexity: string
  readonly summary: readonly string[]
  readonly rationale: readonly string[]
  readonly alternatives: readonly { command: string; confidenceScore: number; reason: string }[]
}

/** `heddle route`: the command for a request, by running the command `auto`; or how well it is chosen. */
export async function route(words: readonly string[], options: RouteOptions): Promise<void> {
  const request = words.join(' ').trim()
  if (request === '' && !options.test) wrongUsage('There is no request.', 'Say in plain words what you want.')
  const framework = await openFramework(options)
  try {
    tellFaults(framework, options)
    if (options.test) return await measure(framework, options)
    const [decision] = await decide(framework, [request])
    if (options.format === 'json') printJson(decision)
    else printDecision(decision!, options.explain === true)
    if (decision!.recommendedCommand === null) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

async function decide(framework: Framework, requests: readonly string[]): Promise<readonly Decision[]> {
  const oneLine = requests.map((request) => request.replaceAll(/\s+/g, ' '))
  const report = await framework.run('auto', { named: { request: oneLine.join('\n') } }, { commit: 'never' })
  const found = report.groups.find(({ name }) => name === 'routing/decision')?.synthesis
  if (found === null || typeof found !== 'object')
    return wrongUsage(
      'The command "auto" gave no decision.',
      'Use the plugin routing, or see: heddle run auto REQUEST.',
    )
  return 'decisions' in found ? (found as { decisions: readonly Decision[] }).decisions : [found as Decision]
}

function printDecision(decision: Decision, explain: boolean): void {
  const { invocation, confidenceScore, complexity, rationale, alternatives } = decision
  const paint = painter(process.stdout)
  if (!invocation) return void process.stdout.write(`${decision.summary.map(visible).join('\n')}\n`)
  const lines = [paint('bold', visible(invocation.map(asWord).join(' ')))]
  lines.push(`  ${Math.round(confidenceScore * 100)} % sure, ${complexity}`)
  for (const reason of explain ? rationale : rationale.slice(0, 2)) lines.push(`  because ${visible(reason)}`)
  if (explain) {
    const rows = alternatives.map(({ command, confidenceScore, reason }) => [
      `  otherwise ${visible(command)}`,
      `${Math.round(confidenceScore * 100)} %`,
      visible(reason),
    ])
    if (rows.length > 0) lines.push(table(rows))
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** A word as a shell takes it: whoever copies the line runs what is shown. */
function asWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

async function measure(framework: Framework, options: RouteOptions): Promise<void> {
  const cases = await readCases(framework)
  if (cases.length === 0)
    wrongUsage(
      'There are no requests to test with.',
      'Put a file NAME.triggers.txt beside a command, one request a line.',
    )
  const decisions = await decide(
    framework,
    cases.map(({ request }) => request),
  )
  const assessment = assess(
    cases,
    decisions.map(({ recommendedCommand }) => recommendedCommand),
  )
  if (options.format === 'json') printJson(assessment)
  else printAssessment(assessment)
  if (assessment.wrong.some(({ chosen, own }) => chosen !== null && own !== chosen))
    throw new Exit(exit.found)
}

function printAssessment({ cases, precision, recall, commands, matrix, wrong }: Assessment): void {
  const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(1)} %`)
  const rows = commands.map((one) => [
    visible(one.command),
    `${one.right} of ${one.cases}`,
    `precision ${percent(one.precision)}`,
    `recall ${percent(one.recall)}`,
    Object.entries(matrix[one.command] ?? {})
      .filter(([chosen]) => chosen !== one.command)
      .map(([chosen, times]) => `${times} to ${chosen === '-' ? 'none' : chosen}`)
      .join(', '),
  ])
  const lines = [
    table(rows),
    '',
    `${cases} requests: precision ${percent(precision)}, recall ${percent(recall)}`,
  ]
  for (const { request, own, chosen } of wrong)
    lines.push(visible(`  ${own ?? 'none'} → ${chosen ?? 'none'}: ${request}`))
  process.stdout.write(`${lines.join('\n')}\n`)
}
