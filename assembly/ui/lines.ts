import { Output } from "../io"
export function pollReply(): Output { return Output.REST }
