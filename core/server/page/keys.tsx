import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { goTo, linkTo } from './route.ts'

const views = { o: 'overview', g: 'graph', m: 'modules', i: 'inspector', r: 'runs' } as const
const chordMs = 1000

const told: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'go to any module or view'],
  ['/', 'search in this view'],
  ['g o · g g · g m · g i · g r', 'overview · graph · modules · inspector · runs'],
  ['j · k', 'next · previous row of a table'],
  ['Enter', 'open the row or node'],
  ['Esc', 'close what lies on top'],
  ['?', 'these keys'],
]

/** Keys that work wherever nothing is being typed. */
export function useKeys(on: { palette(): void; help(): void }): void {
  const begun = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return on.palette()
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const isChord = performance.now() - begun.current < chordMs
      begun.current = 0
      if (isChord && Object.hasOwn(views, event.key)) goTo(linkTo(views[event.key as keyof typeof views]))
      else if (event.key === 'g') begun.current = performance.now()
      else if (event.key === '?') on.help()
      else if (event.key === '/') focusSearch(event)
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, dialog') !== null
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('main input[type=search], main search input')
  if (!field) return
  event.preventDefault()
  field.focus()
  field.select()
}

/** Moves along the links that rows begin with. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody th a, main .findings .place a')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  links.at(at < 0 ? (by > 0 ? 0 : -1) : Math.min(Math.max(at + by, 0), links.length - 1))?.focus()
}

/** What the keys do. */
export function KeysHelp({ isOpen, close }: { readonly isOpen: boolean; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys" onClose={close}>
      <h2 id="keys">Keys</h2>
      <dl>
        {told.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' · ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
