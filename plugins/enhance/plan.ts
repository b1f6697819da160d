import {
  defineGroup,
  filesFound,
  type Diagnostic,
  glob,
  type Group,
  isTestPath,
  type Outcome,
  type Planning,
  read,
  type ReadOutput,
  sourceEndings,
} from 'heddle'
import { measureFunctions } from './measure.ts'
import type { EnhanceResult, Improvement } from './result.ts'
import { isWithin, rank, summaryOf } from './rank.ts'

interface Limits {
  readonly fileLines: number
  readonly functionLines: number
  readonly parameters: number
}

/**
 * One group of its own, which measures every source; the rules of other modules run beside it as groups of theirs. What all of them find
 * becomes one ranked list. The argument `path` narrows it to a file or folder.
 */
export function planEnhance(planning: Planning): readonly Group[] {
  const path = (planning.arguments['path'] ?? '').replace(/^(?:\.\/)+|\/+$/g, '').replace(/^\.$/, '')
  const limits = limitsOf(planning)
  return [
    defineGroup<EnhanceResult>({
      name: 'pieces',
      operations: [
        glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' }),
        glob(
          { patterns: ['{README,LICENSE,LICENCE,CHANGELOG}*', '.github/workflows/*', '.gitlab-ci.yml'] },
          { name: 'around' },
        ),
      ],
      expand: (outcomes) =>
        filesFound(outcomes, 'sources')
          .filter((file) => isWithin(file, path))
          .map((file) => read(file, { name: file })),
      synthesise(outcomes, { report }) {
        const improvements = measure(outcomes, limits)
        for (const improvement of improvements) for (const finding of findingsOf(improvement)) report(finding)
        const unread = outcomes.filter(({ status }) => status !== 'done').map(({ name }) => name)
        const ranked = rank(improvements)
        return { summary: summaryOf(ranked), path, improvements: ranked, unread }
      },
      gates: [
        {
          name: 'sources-there',
          severity: 'warning',
          check: (outcomes) => filesFound(outcomes, 'sources').some((file) => isWithin(file, path)),
        },
      ],
    }),
  ]
}

function limitsOf({ modules }: Planning): Limits {
  const settings = modules.flatMap(({ parts }) => parts.settings)
  const of = (name: string, otherwise: number): number => {
    const value = Number(settings.find((setting) => setting.name === name)?.default ?? Number.NaN)
    return value > 0 ? value : otherwise
  }
  return {
    fileLines: of('max-file-lines', 500),
    functionLines: of('max-function-lines', 60),
    parameters: of('max-parameters', 5),
  }
}

function measure(outcomes: readonly Outcome[], limits: Limits): readonly Improvement[] {
  const texts = outcomes.flatMap(({ kind, status, output }) =>
    kind === 'read' && status === 'done' ? [output as ReadOutput] : [],
  )
  const functions = texts.flatMap(({ path, text }) =>
    isTestPath(path) ? [] : measureFunctions(path, text).map((each) => ({ ...each, path })),
  )
  const of = (rule: string, what: string, hint: string, places: Improvement['places']): Improvement => {
    return { rule, what, hint, severity: 'warning', places }
  }
  return [
    of(
      'enhance/file-long',
      `The file has more than ${limits.fileLines} lines.`,
      'Find the two things that it does, and give each a file.',
      texts.filter(({ lines }) => lines > limits.fileLines).map(({ path }) => ({ path, line: 1 })),
    ),
    of(
      'enhance/function-long',
      `The function has more than ${limits.functionLines} lines.`,
      'Give its steps names of their own.',
      functions.filter(({ lines }) => lines > limits.functionLines).map(({ path, line }) => ({ path, line })),
    ),
    of(
      'enhance/parameters-many',
      `The function takes more than ${limits.parameters} parameters.`,
      'Pass what belongs together as one value with names.',
      functions
        .filter(({ parameters }) => parameters > limits.parameters)
        .map(({ path, line }) => ({ path, line })),
    ),
  ].filter(({ places }) => places.length > 0)
}

function findingsOf({ rule, what, hint, severity, places }: Improvement): Diagnostic[] {
  return places.map((place) => ({ code: rule, severity, message: what, hint, at: { ...place, column: 1 } }))
}
