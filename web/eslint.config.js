import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const LAZY = "A lazy screen or the kit's chart brings it along; the main bundle stays small.";

export default tseslint.config(
  { ignores: ["**/node_modules", "**/dist", "packages/api/src/schema.d.ts"] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ["**/*.{ts,tsx}"] })),
  {
    files: ["**/*.{ts,tsx}"],
    ...a11y.flatConfigs.recommended,
  },
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      // Focus goes to the one field that a page or dialog is about.
      "jsx-a11y/no-autofocus": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["console/src/**/*.{ts,tsx}", "member/src/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [{ name: "echarts", message: `Use ChartFrame of @siyu/kit. ${LAZY}` }],
          patterns: [
            { group: ["echarts/*"], message: `Use ChartFrame of @siyu/kit. ${LAZY}` },
            { regex: "^@siyu/\\w+/(?!words/|testing$)", message: "Import from the package, not from inside of it." },
          ],
        },
      ],
    },
  },
  {
    // Tools that want a default export.
    files: ["**/*.config.ts"],
    rules: { "no-restricted-exports": "off" },
  },
);
