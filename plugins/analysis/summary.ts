import type { AnalysisResult } from './result.ts'

/** The analysis in a few lines; a line that would say nothing is left out. */
export function summaryOf(result: Omit<AnalysisResult, 'summary'>): string[] {
  const { totals, links, sharedSymbols, duplicates, untested, unread } = result
  const languages = Object.entries(totals.languages).map(([language, files]) => `${files} ${language}`)
  const copies = duplicates.files.length + duplicates.passages.length
  return [
    `${counted(totals.files, 'file')} (${languages.join(', ') || 'none'}), ${counted(totals.tests, 'test file')}, ${counted(totals.lines, 'line')}`,
    `${counted(links.length, 'import')} between files${mostUsed(result)}`,
    ...(sharedSymbols.length > 0
      ? [`exported by several files: ${listOf(sharedSymbols.map(({ name }) => name))}`]
      : []),
    ...(copies > 0
      ? [
          `${counted(duplicates.files.length, 'group')} of equal files, ${counted(duplicates.passages.length, 'copied passage')}`,
        ]
      : []),
    ...(untested.length > 0 ? [`without a test: ${listOf(untested)}`] : []),
    ...(unread.length > 0 ? [`not read: ${listOf(unread.map(({ path }) => path))}`] : []),
  ]
}

function mostUsed({ files }: Omit<AnalysisResult, 'summary'>): string {
  const [first] = files.toSorted((a, b) => b.usedBy.length - a.usedBy.length)
  return first && first.usedBy.length > 1 ? `; most used is ${first.path}, by ${first.usedBy.length}` : ''
}

const shownNames = 8

function listOf(names: readonly string[]): string {
  const left = names.length - shownNames
  return `${names.slice(0, shownNames).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
