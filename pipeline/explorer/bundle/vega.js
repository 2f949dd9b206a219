// The library of charts: Vega-Lite with its view, vega-embed.
import embed from "vega-embed";

window.vegaEmbed = embed;
