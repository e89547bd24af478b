"""From the model to Markdown, HTML and SVG: pure functions, a module for each module of the model, and their templates."""
