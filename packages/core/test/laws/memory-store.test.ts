import { memoryStore } from '@piecework/core'
import { numberedStore } from '@piecework/test-support'
import { guardLaws, jobStoreLaws, momentLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('store: memory')
jobStoreLaws(test, { make: memoryStore })
momentLaws(test, numberedStore)
guardLaws(test, { make: () => memoryStore().guard })
test.run()
