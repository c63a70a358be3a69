import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { layoutOf, unusable } from "../../host/facts.ts"
import { BAD, LAYOUT, moduleWith } from "../modules.ts"

describe("What must hold of a module before it takes the place of another", () => {
  it("It holds of a small one that has everything, and of the one that was built", () => {
    assert.deepEqual(unusable(moduleWith()), [])
    assert.equal(layoutOf(moduleWith()), LAYOUT)
    assert.deepEqual(unusable(readFileSync(new URL("../../build/out/linehunt.wasm", import.meta.url))), [])
  })

  for (const { story, module, host } of BAD) {
    it(`It does not hold of ${story}`, () => {
      const [sentence = "nothing"] = unusable(module)
      assert.match(sentence, host)
    })
  }
})
