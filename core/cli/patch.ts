import { painter, usesColour, visible } from './print.ts'

/** A unified diff for standard output: as it is for programs, coloured and harmless on a terminal. */
export function printPatch(diff: string): void {
  const { stdout } = process
  if (!stdout.isTTY && !usesColour(stdout)) stdout.write(diff)
  else for (const line of diff.split('\n').slice(0, -1)) stdout.write(`${shown(line)}\n`)
}

const colours = [
  [/^(?:diff|similarity|rename|---|\+\+\+) /, 'bold'],
  [/^@@/, 'cyan'],
  [/^-/, 'red'],
  [/^\+/, 'green'],
] as const

function shown(line: string): string {
  const text = visible(line.replace(/\r$/, ''))
  const colour = colours.find(([start]) => start.test(line))?.[1]
  return colour === undefined ? text : painter(process.stdout)(colour, text)
}
