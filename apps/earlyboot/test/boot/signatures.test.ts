import { runScenarios } from "../support/run-scenarios.ts";
import { signatures } from "./scenarios/signatures.ts";

runScenarios(signatures);
