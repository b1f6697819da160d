import { posix } from 'node:path'
import {
  defineGroup,
  findNearest,
  glob,
  type Group,
  isTestPath,
  type Planning,
  read,
  sourceEndings,
} from 'heddle'
import { findingsOf, noFiles } from './findings.ts'
import { listed, readTexts } from './outcomes.ts'
import type { AnalysisResult } from './result.ts'
import { synthesise } from './synthesise.ts'

/**
 * One group: lists all sources, then reads every file asked for and every test at once. The arguments `path`, `component`
 * or `paths` (several, by white space or comma) name files and folders; without one of them everything is analysed.
 */
export function planAnalysis(planning: Planning): readonly Group[] {
  const asked = askedFor(planning.arguments)
  return [
    defineGroup<AnalysisResult>({
      name: 'files',
      operations: [glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' })],
      expand: (outcomes) => {
        const paths = listed(outcomes)
        const targets = targetsOf(paths, asked)
        return paths
          .filter((path) => targets.has(path) || isTestPath(path))
          .map((path) => read(path, { name: path }))
      },
      synthesise: async (outcomes, context) => {
        const paths = listed(outcomes)
        const targets = targetsOf(paths, asked)
        if (targets.size === 0) context.report(noFiles(asked.join(', '), nearestTo(asked, paths)))
        const result = await synthesise({ paths, targets, ...readTexts(outcomes) })
        for (const finding of findingsOf(result)) context.report(finding)
        return result
      },
      gates: [
        {
          name: 'files-found',
          severity: 'blocking',
          check: (_, result) => result && result.totals.files > 0,
        },
      ],
    }),
  ]
}

function askedFor({ path, component, paths }: Planning['arguments']): string[] {
  const single = path ?? component
  const texts = single === undefined ? (paths ?? '').split(/[\s,]+/) : [single.trim()]
  return texts
    .filter((text) => text !== '')
    .map((text) => posix.normalize(text).replace(/\/$/, ''))
    .filter((text) => text !== '.')
}

function targetsOf(paths: readonly string[], asked: readonly string[]): ReadonlySet<string> {
  if (asked.length === 0) return new Set(paths)
  return new Set(paths.filter((path) => asked.some((text) => path === text || path.startsWith(`${text}/`))))
}

function nearestTo(asked: readonly string[], paths: readonly string[]): string[] {
  const folders = paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  const names = new Set([...paths, ...folders])
  return asked.flatMap((text) => findNearest(text, names, 2).map(({ value }) => value))
}
