/** The steps of an import, each with its own address. */
export { MappingStep } from "./MappingStep";
export { PreviewStep } from "./PreviewStep";
export { RecogniseStep } from "./RecogniseStep";
export { UploadStep } from "./UploadStep";
export { Wizard } from "./Wizard";
