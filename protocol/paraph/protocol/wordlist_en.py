"""The English word list of SPEC 3.6: 2,048 words, frozen by digest.

Made for this project and sorted by code point. No two words share their first four letters or
differ in one letter only; words that sound like another, and unkind ones, were left out.
A changed word would change what two people read to each other: this list is never edited.
"""

from typing import Final

WORDS: Final = """
able aboard above absent absorb abstract abundant academy accent acclaim account acid acorn
acoustic acre acrobat active actual adapt address adhere adjust admiral adobe adult advance adverb
advice aerial afar affair affix afford again agency agile aglow agree ahead aircraft airmail
airport airship alarm album alcove alderman alert algae algebra alias alibi alien allegro alliance
allspice almanac almost alone alpaca alpha alpine already also although always amateur amazing
amber ambition amend amethyst amiable amity amplify amulet amuse anagram analog anatomy anchor
anecdote anemone animal ankle annex announce annual answer antelope anthem antique antler anvil
anxious anyone apart apex apiary apology apparel appetite apple appoint apricot apron aquatic
arbiter arbor arcade archer arctic arena argue arise armchair armful aroma arrange arrive arrow
article ascend ashore aside asleep aspect asphalt aspirin assembly assist assume aster astound
astute athlete atom atrium attach attend attic attract auburn auction audio august aunt aurora
author autumn avenue average aviator avocado avoid awake award awesome awhile awning axis azalea
azure baboon baby bachelor backpack badger badly baffle bagel baggage bagpipe bakery balance
balcony ballad balsam banana bandage banister banjo banner banquet barber bargain baritone barley
barn barrel basalt basement basic basket bassoon batch bathtub baton battery beacon beagle beam
beard beaver become bedrock beehive beetle before began behalf behind beige belfry believe bell
beluga bench benefit benign beret beside bestow betray better between beverage beyond bicycle
bigger billion binary binder biology biplane birch bird birthday biscuit bison bivouac black blade
blanket blast blazer bleach blend bless blimp blink blister blizzard bloom blossom blotter blouse
bluebell bluff blunt blush boat bobcat bobsled body boil bolero bonanza bonfire bonnet bonus
bookcase boost bootlace borrow botany bottle bought bounce bouquet boutique boxcar boyhood bracket
brainy brass brave breeze brevity brewery brick bridge brief bright bring broad broccoli bronze
brook brother brown bubble bucket budget buffalo bugle builder bulb bulldog bumper bundle bungalow
bunny burden bureau burger burlap burst bushel bustle busy butcher buttress buyer buzzard bygone
cabbage cabin caboose cactus cadet cafe calcium calendar call calorie camel campus canal candid
canopy canteen capable capsule captain caravan carbon cardigan career cargo caribou carnival
carousel carpet carriage cartoon carve cascade cashew cassette casual catalog cattle caviar cedar
ceiling celery cello cement census century ceramic ceremony certain chair chalk chamber change
chapter chariot chase chateau check cheese chef chemist cherry chess chicken child chimney china
chipmunk chisel chive choice chorus chosen chowder chrome chuckle chunk cinema cinnamon citadel
citizen citrus civil clarinet classic clay clean clerk clever client cliff climate clinic clip
cloak close cloth cloudy clown club cluster coach coaster cobalt cobbler cockpit coconut code
coffee cogwheel cohort coincide collar column comedy comfort common compass concert condor confirm
congress connect consul contact convoy cook copilot copper copy cordial corner correct corsage
cosmos cost cottage cougar count couple courtesy cousin cover cowboy coyote cradle craft crane
crater crayon cream credit crest cricket crimson cringe crisp critic crocus crossing crowd crucial
crumb crunch crystal cuckoo cucumber cuisine culture cumin cupboard curator curious currency
cursor cushion custom cycle cylinder cypress dahlia daily dainty damp damsel dancer daring dark
dash data daughter dawn daylight dazzle deadline dealer debate debris debut decade december
decimal deck declare decor deep defend define degree delay delegate delicate deluxe delve demand
demo denim dense dentist depart deposit deputy derby describe design destiny detail detect detour
develop devote diagram dial diamond diaper diary dictate diesel diet differ digital dignity
dilemma dilute dinner dinosaur diploma direct disco disk display distance diverse divide docile
doctor document dolphin domain donate donkey donor doorway dormant dose dotted double dough
download dozen dragon drama drawer dress drift drill drink drive drizzle droplet drum dryer
dryland duffel dugout duke dumpling duplex durable duty dwell dynamo eager early earmuff earnest
earring earth easel eastern easy ebony echo eclipse ecology economy edge edible edict edition
educate effort eggplant eight either elapse elastic elbow elder elect elegant element elephant
elevate elite elixir eloquent else embark emblem embrace emerald emotion employ empty emulate
enable enamel enchant enclose encore endeavor endless endorse endure energy enforce engage engine
engrave enigma enjoy enlist enormous enough enrich enroll ensemble enter enthuse entire entrust
envelope envy enzyme epic epilogue episode epoch equal equip errand erupt escape escort espresso
essay estate estimate etching eternal ethics evening everyone evidence evolve exact excel exchange
excite excuse exempt exercise exhale exhibit exist exotic expand expert explore express extend
extra eyebrow eyelid fabric factory faculty fade fairway faith falcon familiar famous fancy
fanfare fantasy farmer fashion fast father faucet favorite feature february federal feed feline
felt female fence fennel fern ferret fertile fervent festival fiction fiddle fidelity field fierce
fiesta fifteen figure filter final finch finger finish firefly firm first fiscal fish fitness five
fixture fizzy flag flamingo flannel flash flavor fleece flexible flicker flight flint float flock
flood floral flounder flow fluent fluffy fluid flurry flute flying foam focus foggy folder
folklore follow fond football forehead forget fork formula fortune forum forward fossil foster
fraction fragile frame freckle freight frequent fresh friday friend frigate frog frolic front
frosting frozen fruit fulcrum fulfill full function furnace furrow fusion future gadget galaxy
gallery game garage garden garlic garment gauge gazelle gear gecko gelatin gemstone general genius
gentle genuine geometry geranium gesture geyser ghost giant giggle gingham giraffe girder girl
given glacier glad glance glare glass gleam glide glimpse glitter globe gloomy glory glossy
glucose glue gnome goal goblet golden golfer gondola good goose gopher gorge gosling gourmet
govern grab gracious graduate grammar grandeur grasp grateful gravity graze greenery griffin grin
groan grocer groove ground grow guardian guava guess guitar gulf gumdrop gurgle gust gymnast
gypsum habit hacksaw haddock haggle hairpin half halibut hallway hammer hamster handle happy
hardwood harmony harness harp harvest hasty haven hawk haystack hazel headway healthy heater heavy
hedgehog heirloom helium helmet helper hemlock hemp herald herb heritage heron hesitate hibiscus
hiccup hickory hidden highway hiker hill hinge hint hippo history hitch hobby hockey hold holiday
holly homespun honest hope horizon hospital hotel house hubcap huddle huge human humble humid
hundred hungry hunter hurry husband husky hybrid hydrant hyena hygiene hyphen iceberg icicle icing
icon ideal identify idiom igloo ignite ignore iguana image imitate immense impact impish imply
import impress impulse incense incline income index indigo indoor industry infant infinite inflate
inform ingot inhale inherit initial inkwell inland inlet innocent input inquire insect inside
inspire instant insure intact intend invent involve iodine ionic iris irony isolate issue isthmus
italic item ivory jackal jaguar jamboree janitor january jargon jasmine javelin jazz jelly jersey
jester jigsaw jingle jittery jogger join joke journal jovial joyful jubilee judge judicial judo
juggle juice jukebox july jumbo jump june junior jupiter justice juvenile kangaroo karate kayak
kebab keen keepsake kept kerchief kerosene ketchup kettle keyboard keystone khaki kilogram kilt
kimono kindle kingdom kinship kiosk kitchen kitten kiwi knapsack kneel knife knob knock knoll
knuckle koala label lacquer lacrosse ladder lagoon lake lament landmark language lantern laptop
latitude latte laugh laundry laurel lava lavender lavish lawyer leaf league leapfrog leather leave
lecture leeway legacy legend legible leisure lemon length lens lentil leopard lexicon liaison
liberty library lifeboat lift likely lilac lily limb limerick limit linear lipstick liquid listen
litmus little livery lizard llama lobster locate locker locust lodge lofty logbook logic lollipop
lonely long loop loosen lotus loud lounge love lower loyal lozenge lucky luggage lullaby lumber
luminous lunar lunch luxury lyric macaroni machine mackerel madam magenta magic magma magnet
magpie mahogany mailbox major malt mammal manager mandarin mango mansion marathon marble march
margin market marmot maroon marvel mascot mask mason massive material matrix mattress mature
maximum meadow measure mechanic media melody member memory mention menu merchant merge merit
mermaid message method metro microbe midnight mighty migrate mild mimic mineral minimum minute
miracle mirror mobile modern modify module moist moment monarch money monitor monsoon month moon
moral mortar mosaic mosquito motor mountain much mudflat mulberry multiply murmur museum mushroom
music mustang mutual muzzle myrtle mystery myth nail napkin narrate nation nautical navigate neat
nebula necklace nectar needle neon nephew nerve network neutral nibble nickel niece nine nitrogen
noble noise nomad nominee noodle normal notable notebook nothing notice novel nowhere nozzle
nuance nucleus nugget nurse nutmeg nylon oasis oatmeal obelisk oblong oboe observe obtain obvious
occasion octagon october offer office often oilcan okay olive olympic omega omit once onion onset
onward onyx opera opinion oppose oracle orange orbit orchard order ordinary organ orient origin
oriole ornament ostrich other outdoor outfit outpost outside oxygen ozone pacific package paddle
page paint palace palm pamphlet panda panel panther papaya paper paprika parcel parent parlor
parrot partner passage pasta path patio patrol pattern pavement pavilion payment peacock peanut
pebble pecan pedigree pelican pencil pendant penguin people pepper percent perfume period perky
permit petunia phantom pharmacy pheasant phoenix photo phrase physics piano pickle picnic picture
pigeon pigment pilgrim pillow pilot pinball pink pioneer pipe piston pitcher pixel pizza planet
platinum plaza pledge plenty plug pocket poem polar polenta polite pollen polo popcorn poppy
popular porridge portrait position postcard potato potter powder prairie preach precise prefer
premium prepare prevent primary prism private produce promise proof protect proud proverb prune
public pudding pueblo puffin pulley pulp pulse puma pumice pupil puppet purchase pure purple
pursue pyramid python quaint qualify quantum quarry quasar queen quest quick quill quince quiver
quiz quota raccoon radar radish railway raisin rally ramble ranch random rapid ravine razor ready
reason rebuild recall receive recipe record recycle redwood reef reflect reform region regular
rehearse reindeer relate relief rely remedy remind remote renew rental reopen repair repeat report
reptile request rescue respect result retreat return reveal revive reward rhyme rhythm ribbon rice
rigid ripple rival roast robin robot robust rodeo romance room rooster rosemary rotate rotunda
routine rowboat rubber ruby rudder rule runner runway rural rush rustic safari safety saffron
salmon salute sample sandal sapphire sardine satchel satin saturn sauna sausage savanna save
sawdust scale scarf scatter scholar science scissors scooter scope scratch screen script scroll
sculptor seafood seagull search second secret section security sedan seldom self semester senate
senior sentence separate sequel serene sergeant series service sesame session several shadow shaft
shallow shampoo shape shark shed sheep sheriff shield ship shirt should shovel shrimp shrub
shuffle shut sibling sierra sieve sigh signal silk silver similar siphon siren sister sixteen
sketch skin sleeve slender slice slipper slogan slot small smart smile smoke smooth snack sneeze
snow snug soap soccer social soldier solemn solution someone sonar sorbet sound south souvenir
space spaniel spatula speak special speech spend sphere spider spike spinach spiral splash
splendid split sponge spoon sport spray spring sprout spruce square squid stable stadium staff
stage stamp stand stay stereo stew stick still stitch stone storm straw stream strict strong
student sturdy submit subtle suburb success sudden suede sugar suggest sunset super supreme
surprise survey sushi suspend swan swarm sweater swift swim swing syllable sympathy synonym syntax
syrup system tackle tadpole talent talk tandem tangent tapestry target tariff tavern teacher
teapot teddy telegram temper tenant tender tennis tenor tension tent tepid terrace textile thank
thatch theme theory thermal thimble thirsty thistle thorn thought thread thrive thumb thunder
thursday tiara tidy tiger timber timid tinsel titanium title today toddler together token tomato
tomorrow tongue tonight tool tooth topaz topic torch tornado tortoise total toucan town tractor
trade traffic trail transit trapeze travel treasure treble trellis tribute trident trim trinket
triumph trivia trolley trombone trophy trousers truck trumpet trust tuba tuesday tugboat tulip
tundra tunic tunnel turmeric turnip turtle tuxedo twelve twenty twig twilight twist typhoon
typical ukulele ultimate umbrella uncle uncover under unfold unicorn uniform unique universe
unknown unless unlock unpack unravel until unusual update upgrade uphill uplift upright upstairs
uptown upward urban urgent useful usher usual utensil utility utmost utter vacant vaccine vacuum
valiant valley value vanilla variety varnish vase vector vehicle velvet vendor venture verandah
verdict verify verse vertical vessel vest veteran vibrant vicar victory video view village vintage
vinyl viola virtue visor vitamin vivid vocal voice volcano volt volume voucher vowel voyage wagon
waiter wallet walnut walrus warbler wardrobe warning warthog wealth website wedding weekend
welcome welfare wharf wheat whenever whisker white wicker wide widget width window wisdom wolf
woman wombat woodland word worry worthy wrangle wrench wrinkle yacht yard yeast yellow yoga yonder
young yucca zealous zebra zenith zephyr zero zigzag zinc zipper zircon zodiac zoology zucchini
"""
