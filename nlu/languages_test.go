package nlu

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Intents need no configuration for another language in Latin script: accents
// and case fold, character n-grams see stems.
func TestOtherLanguages(t *testing.T) {
	t.Parallel()
	type set struct{ train, test map[string][]string }
	for name, s := range map[string]set{
		"French": {map[string][]string{
			"order.status": {"où est ma commande", "quand vais-je recevoir mon colis", "suivre ma commande", "mon colis n'est pas arrivé", "ma commande est-elle expédiée", "où en est la livraison", "le suivi de mon colis", "je n'ai toujours rien reçu"},
			"return.start": {"je veux retourner cet article", "comment renvoyer un produit", "je souhaite être remboursé", "retourner ma commande", "demander un remboursement", "ça ne me va pas, je le renvoie", "faire un retour", "je voudrais me faire rembourser"},
			"invoice":      {"je voudrais une facture", "pouvez-vous m'envoyer la facture", "il me faut une facture", "où trouver ma facture", "facture au nom de ma société", "télécharger la facture", "la facture est fausse", "je n'ai pas reçu de facture"},
			"hours":        {"quels sont vos horaires", "à quelle heure ouvrez-vous", "êtes-vous ouverts le dimanche", "à quelle heure fermez-vous", "horaires d'ouverture", "le magasin est-il ouvert aujourd'hui", "vous êtes ouverts jusqu'à quand", "ouvert les jours fériés"},
		}, map[string][]string{
			"order.status": {"ou est mon colis", "quand arrive ma commande ?", "JE N'AI PAS REÇU MON COLIS", "suivi de livraison svp"},
			"return.start": {"je voudrais retourner un article", "comment me faire rembourser ?", "renvoyer cette robe", "remboursement s'il vous plaît"},
			"invoice":      {"envoyez-moi la facture svp", "une facture pour ma societe", "je ne trouve pas ma facture"},
			"hours":        {"vous fermez à quelle heure ?", "ouverts le samedi ?", "quels sont les horaires du magasin"},
		}},
		"Spanish": {map[string][]string{
			"order.status": {"dónde está mi pedido", "cuándo llega mi paquete", "seguir mi pedido", "mi paquete no ha llegado", "ya enviaron mi pedido", "estado del envío", "el seguimiento de mi paquete", "todavía no he recibido nada"},
			"return.start": {"quiero devolver este artículo", "cómo devuelvo un producto", "quiero un reembolso", "devolver mi pedido", "solicitar una devolución", "no me queda bien, lo devuelvo", "hacer una devolución", "quisiera que me devuelvan el dinero"},
			"invoice":      {"necesito una factura", "pueden enviarme la factura", "quiero factura", "dónde encuentro mi factura", "factura a nombre de mi empresa", "descargar la factura", "la factura está mal", "no recibí la factura"},
			"hours":        {"cuál es su horario", "a qué hora abren", "abren los domingos", "a qué hora cierran", "horario de apertura", "está abierta la tienda hoy", "hasta qué hora están abiertos", "abren los días festivos"},
		}, map[string][]string{
			"order.status": {"donde esta mi paquete", "¿cuándo llega mi pedido?", "NO HE RECIBIDO MI PAQUETE", "seguimiento del envio por favor"},
			"return.start": {"quisiera devolver un artículo", "¿cómo pido el reembolso?", "devolver este vestido", "una devolución por favor"},
			"invoice":      {"envíenme la factura por favor", "factura para mi empresa", "no encuentro la factura"},
			"hours":        {"¿a qué hora cierra la tienda?", "¿abren el sábado?", "qué horario tienen"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var train []Example
			for intent, lines := range s.train {
				for _, l := range lines {
					train = append(train, Example{Text: l, Intent: intent})
				}
			}
			sortExamples(train)
			m, err := Train(context.Background(), train, nil)
			require.NoError(t, err)
			likeliest, accepted, all := 0, 0, 0
			for intent, lines := range s.test {
				for _, l := range lines {
					got, err := m.Understand(context.Background(), Input{Text: l, Now: noon})
					require.NoError(t, err)
					all++
					if got.Intents[0].Name == intent {
						likeliest++
					}
					if got.Intent == intent {
						accepted++
					} else {
						assert.Empty(t, got.Intent, "%s: %v", l, got.Intents[:2])
					}
				}
			}
			assert.GreaterOrEqual(t, likeliest, all-1, "of %d", all)
			assert.GreaterOrEqual(t, accepted, all-2, "of %d", all)
			for _, l := range []string{"la capitale de la Norvège", "quiero aprender a tocar la guitarra eléctrica"} {
				got, err := m.Understand(context.Background(), Input{Text: l, Now: noon})
				require.NoError(t, err)
				assert.Empty(t, got.Intent, "%s: %v", l, got.Intents[:2])
			}
		})
	}
}
