import { api, type Diagnostic } from './api.ts'
import { useAsked } from './asked.ts'

/** The lines round a place, with a mark below the column. */
export function CodeFrame({ at }: { readonly at: NonNullable<Diagnostic['at']> }) {
  const { value: frame, fault } = useAsked(() => api.frame(at.path, at.line), [at.path, at.line])
  if (fault) return <p class="soft">{fault.message}</p>
  if (!frame) return null
  const width = String(frame.start + frame.lines.length).length
  return (
    <pre class="frame" tabIndex={0} aria-label={`${at.path}, line ${at.line}`}>
      {frame.lines.map((text, index) => {
        const number = frame.start + index
        const isMarked = number === at.line
        return (
          <span key={number} class={isMarked ? 'line marked' : 'line'}>
            <span class="number">{String(number).padStart(width)} │ </span>
            {text}
            {'\n'}
            {isMarked && (
              <span class="caret" aria-hidden="true">
                {' '.repeat(width)} │ {caretBelow(text, at.column)}
                {'\n'}
              </span>
            )}
          </span>
        )
      })}
    </pre>
  )
}

/** Tabs stay tabs, so that the mark stands where the text does. */
function caretBelow(text: string, column: number): string {
  return `${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}^`
}
