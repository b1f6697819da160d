import {
  type Diagnostic,
  filesFound,
  glob,
  grep,
  type GrepMatch,
  type GrepOutput,
  type Planning,
} from 'heddle'
import { homeOf } from './init.ts'
import type { Setup, Sight } from './plan.ts'
import type { Proposal } from './proposal.ts'
import { plain, yaml } from './texts.ts'

const texts = '**/*.{md,mdx,markdown,rst,tex,txt}'

/** An address, a DOI, a key of a bibliography: something by which a claim can be looked up. */
const source = String.raw`https?://[^\s)>\]"]+|\b10\.\d{4,9}/[^\s)>\]"]+|\[@[\w:-]+|\\cite[tp]?\{[^}]+\}|arXiv:\d{4}\.\d{4,5}`
/** Words that claim to rest on something. */
const claim = String.raw`\b(?:studies|research|evidence|experiments|data|surveys|benchmarks) (?:show|shows|showed|suggest|suggests|indicate|indicates|prove|proves)\b|\b(?:significantly|on average|as shown)\b|\b\d+(?:\.\d+)? ?%|\bp ?[<=] ?0\.\d+`

/** A framework for finding something out: the question, its sources, what was done, and claims that rest on nothing yet. */
export function initResearch({ arguments: given, modules }: Planning): Setup {
  const question = (given['question'] ?? '').replace(/\s+/g, ' ').trim()
  const folder =
    modules.flatMap(({ parts }) => parts.settings).find(({ name }) => name === 'folder')?.default ??
    'research'
  return {
    group: 'research',
    also: [
      glob({ patterns: ['**/*.{ipynb,Rmd,qmd}'] }, { name: 'notebooks' }),
      glob({ patterns: ['**/*.{csv,tsv,parquet,feather,h5,npz}'] }, { name: 'data' }),
      glob({ patterns: ['**/*.{bib,pdf,tex}'] }, { name: 'papers' }),
      grep({ pattern: source, glob: texts }, { name: 'sources' }),
      grep({ pattern: claim, glob: texts, ignoreCase: true }, { name: 'claims' }),
    ],
    gates: { 'question-asked': 'conditional', 'claims-have-sources': 'warning' },
    draft(sight) {
      const sources = matchesOf(sight, 'sources')
      const bare = bareClaims(matchesOf(sight, 'claims'), sources)
      const counts = ['notebooks', 'data', 'papers'].map(
        (name) => `${filesFound(sight.outcomes, name).length} ${name}`,
      )
      return {
        proposals: proposalsFor(sight, { question, folder, sources }),
        told: [`${counts.join(', ')}, ${sources.length} sources named, ${bare.length} claims without one`],
        findings: [...(question === '' ? [noQuestion] : []), ...bare.map(bareClaim)],
        verdicts: { 'question-asked': question !== '', 'claims-have-sources': bare.length === 0 },
        facts: {
          question,
          sources: sources.map(({ path, line, text, column }) => ({
            path,
            line,
            source: sourceIn(text, column),
          })),
          claims: bare.map(({ path, line, text }) => ({ path, line, text: text.trim().slice(0, 200) })),
        },
      }
    },
  }
}

const noQuestion: Diagnostic = {
  code: 'setup/question-missing',
  severity: 'warning',
  message: 'There is no question yet.',
  hint: 'Ask one that an answer could disprove: heddle run init-research "does caching shorten a check?"',
}

function matchesOf({ outcomes }: Sight, name: string): readonly GrepMatch[] {
  const outcome = outcomes.find((one) => one.name === name && one.status === 'done')
  return (outcome?.output as GrepOutput | undefined)?.matches ?? []
}

/** A source in the same line, or in the one before or after, is taken for that of the claim. */
function bareClaims(claims: readonly GrepMatch[], sources: readonly GrepMatch[]): readonly GrepMatch[] {
  const near = new Set(
    sources.flatMap(({ path, line }) => [line - 1, line, line + 1].map((each) => `${path}:${each}`)),
  )
  return claims.filter(({ path, line }) => !near.has(`${path}:${line}`) && !path.startsWith('.'))
}

function bareClaim({ path, line, column }: GrepMatch): Diagnostic {
  return {
    code: 'setup/claim-bare',
    severity: 'warning',
    message: 'This claims to rest on something, and no source is named near it.',
    hint: 'Name the source in the same line, or say how it was measured.',
    at: { path, line, column },
  }
}

function sourceIn(text: string, column: number): string {
  return text.slice(column - 1).match(new RegExp(source))?.[0] ?? ''
}

interface Research {
  readonly question: string
  readonly folder: string
  readonly sources: readonly GrepMatch[]
}

function proposalsFor(sight: Sight, { question, folder, sources }: Research): readonly Proposal[] {
  const home = homeOf(sight)
  const asked = question === '' ? 'Not asked yet.' : plain(question)
  return [
    file(`${folder}/question.md`, 'what is to be found out, and what would answer it', [
      '# Question',
      '',
      asked,
      '',
      '## What would answer it',
      '',
      '- [ ] An observation that would show that it is so:',
      '- [ ] An observation that would show that it is not:',
    ]),
    file(`${folder}/sources.md`, 'every source once, with the places that rest on it', [
      '# Sources',
      '',
      ...sourceLines(sources),
    ]),
    file(`${folder}/log.md`, 'what was done, in order', [
      '# Log',
      '',
      '| date | what was done | what was seen | what follows |',
      '| --- | --- | --- | --- |',
    ]),
    file(`${home}/modules/evidence.md`, 'the rule that claims name their source', evidenceModule(folder)),
    file(`${home}/commands/evidence.md`, 'looks for claims without a source', [
      '---',
      'kind: command',
      'title: Evidence',
      'version: 1.0.0',
      `description: ${yaml(`Claims in ${folder}/ that name no source`)}`,
      'needs:',
      '  - "@modules/evidence.md"',
      '---',
      '',
      '# Evidence',
      '',
      '```',
      'heddle run evidence',
      '```',
    ]),
  ]
}

function sourceLines(sources: readonly GrepMatch[]): readonly string[] {
  const places = new Map<string, string[]>()
  for (const { path, line, text, column } of sources) {
    const named = sourceIn(text, column)
    places.set(named, [...(places.get(named) ?? []), `${path}:${line}`])
  }
  if (places.size === 0) return ['None named yet.']
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([named, at]) => `- \`${named.replaceAll('`', '')}\`: ${at.slice(0, 5).join(', ')}`)
}

function evidenceModule(folder: string): readonly string[] {
  return [
    '---',
    'kind: module',
    'title: Evidence',
    'version: 1.0.0',
    'description: A claim names what it rests on',
    'groups:',
    '  - name: claims',
    '    operations:',
    '      - grep: "(?:studies|research|evidence|data) (?:show|suggest|indicate|prove)s?"',
    '        name: claims',
    `        path: ${JSON.stringify(folder)}`,
    '        ignoreCase: true',
    '        finding: This claims to rest on something.',
    '        hint: See that the line names its source.',
    '        severity: info',
    `      - glob: ${JSON.stringify(`${folder}/*.md`)}`,
    '        name: notes',
    '    gates:',
    '      - name: notes-there',
    '        expect: something',
    '        of: [notes]',
    '        severity: warning',
    '---',
    '',
    '# Evidence',
    '',
    'Every number and every "shows that" names a source in its own line: an address, a DOI, or the command that measured it.',
  ]
}

function file(path: string, why: string, lines: readonly string[]): Proposal {
  return { path, why, text: `${lines.join('\n')}\n` }
}
